package tenantsim

// State returns every object of a tenant as it is now, by kind, in wire form.
// Lag hides nothing here. An unknown tenant has no objects.
func (s *Sim) State(tenantID string) map[Kind][]map[string]any {
	t, ok := s.tenant(tenantID)
	if !ok {
		return nil
	}
	out := map[Kind][]map[string]any{}
	for _, k := range allKinds {
		rows := []map[string]any{}
		for _, o := range t.of(k).all(nil) {
			rows = append(rows, view(o, nil))
		}
		out[k] = rows
	}
	return out
}

// Names returns the names of the objects of a kind that a tenant holds now, in
// listing order.
func (s *Sim) Names(tenantID string, k Kind) []string {
	t, ok := s.tenant(tenantID)
	if !ok {
		return nil
	}
	var names []string
	for _, o := range t.of(k).all(nil) {
		names = append(names, o.name)
	}
	return names
}

// ObjectID returns the id of the first object of a kind with this name.
func (s *Sim) ObjectID(tenantID string, k Kind, name string) (string, bool) {
	t, ok := s.tenant(tenantID)
	if !ok {
		return "", false
	}
	o, ok := t.of(k).find(func(o *object) bool { return o.name == name })
	if !ok {
		return "", false
	}
	return o.id, true
}

// Change is one difference between a tenant's fixture and its present state.
type Change struct {
	Kind   Kind   `json:"kind"`
	ID     string `json:"id"`
	Name   string `json:"name"`
	Effect Effect `json:"effect"` // removed, changed or created
}

// Changes tells what is different from the fixture: whatever is not in it was
// not touched. An empty id means all tenants.
func (s *Sim) Changes(tenantID string) []Change {
	out := []Change{}
	for _, id := range s.Tenants() {
		if t, ok := s.tenant(id); ok && (tenantID == "" || t.is(tenantID)) {
			for _, k := range allKinds {
				out = append(out, t.changes(k)...)
			}
		}
	}
	return out
}

func (t *tenant) changes(k Kind) []Change {
	var out []Change
	add := func(o *object, e Effect) { out = append(out, Change{Kind: k, ID: o.id, Name: o.name, Effect: e}) }
	known := make(map[string]bool, len(t.origin[k]))
	for _, was := range t.origin[k] {
		known[was.id] = true
		switch is, ok := t.of(k).get(was.id); {
		case !ok:
			add(was, EffectRemoved)
		case is != was:
			add(was, EffectChanged)
		}
	}
	for _, is := range t.of(k).all(func(o *object) bool { return !known[o.id] }) {
		add(is, EffectCreated)
	}
	return out
}
