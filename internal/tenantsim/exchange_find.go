package tenantsim

import (
	"net/http"
	"slices"
	"strings"
)

// identityKeys are the properties that an Identity may name.
var identityKeys = []string{"Name", "Identity", "Guid", "DistinguishedName", "PrimarySmtpAddress", "Alias", "ExternalDirectoryObjectId"}

func answersTo(o *object, identity string) bool {
	return slices.ContainsFunc(identityKeys, func(k string) bool { return strings.EqualFold(o.str(k), identity) })
}

// get is what all Get-* do: list, then narrow by Identity. An Identity that
// nothing answers to narrows nothing: the documentation of these cmdlets says
// "if the value is null or doesn't match, all objects are returned".
func (r *request) get(in *cmdletInput, k Kind, keep func(*object) bool) (result, *exError) {
	return r.narrow(in, r.tenant.of(k).list(r.now, keep))
}

func (r *request) narrow(in *cmdletInput, all []*object) (result, *exError) {
	identity := in.str("Identity")
	if identity == "" {
		return result{objects: all}, nil
	}
	var found []*object
	for _, o := range all {
		if answersTo(o, identity) {
			found = append(found, o)
		}
	}
	switch {
	case len(found) > 0:
		r.about(found[0])
		return result{objects: found}, nil
	case r.tenant.behaviour.Load().NotFoundOnGet:
		return result{}, exNotFound(identity)
	}
	return result{objects: all}, nil
}

// target finds the one object that a change is about; the caller holds write.
func (r *request) target(in *cmdletInput, k Kind) (*object, *exError) {
	identity := in.str("Identity")
	if identity == "" {
		return nil, exMissing("Identity")
	}
	if o, ok := r.tenant.of(k).get(identity); ok {
		r.about(o)
		return o, nil
	}
	o, ok := r.tenant.of(k).find(func(o *object) bool { return answersTo(o, identity) })
	if !ok {
		if strings.HasPrefix(fold(in.name), "remove-") {
			r.absent()
		}
		return nil, exNotFound(identity)
	}
	r.about(o)
	return o, nil
}

// remove is a plain Remove-*.
func (r *request) remove(in *cmdletInput, k Kind, may func(*object) *exError) (result, *exError) {
	r.tenant.write.Lock()
	defer r.tenant.write.Unlock()
	o, failed := r.target(in, k)
	if failed != nil {
		return result{}, failed
	}
	if may != nil {
		if failed := may(o); failed != nil {
			return result{}, failed
		}
	}
	r.tenant.drop(o, r.now)
	r.removed(o)
	return result{}, nil
}

// make is a plain New-*: what was given becomes the object's properties.
func (r *request) make(in *cmdletInput, k Kind, defaults map[string]any) (result, *exError) {
	name := in.str("Name")
	if name == "" {
		return result{}, exMissing("Name")
	}
	r.tenant.write.Lock()
	defer r.tenant.write.Unlock()
	if _, taken := r.tenant.of(k).find(func(o *object) bool { return strings.EqualFold(o.name, name) }); taken {
		return result{}, exBadRequest("Microsoft.Exchange.Data.Directory.ADObjectAlreadyExistsException", "The name '"+name+"' is already being used.")
	}
	for _, p := range r.sim.cmdlets[fold(in.name)].params {
		if v, given := in.params[fold(p)]; given {
			defaults[p] = wireValue(v)
		}
	}
	o := exchangeObject(k, randomID(), name, defaults, r.now)
	r.tenant.create(o, r.now)
	r.about(o)
	r.call.Effect = EffectCreated
	return result{objects: []*object{o}}, nil
}

// wireValue brings a list of texts into the form that the stores keep.
func wireValue(v any) any {
	if list, ok := v.([]any); ok {
		return stringsIn(list)
	}
	return v
}

func exDenied(kind, text string) *exError {
	return &exError{http.StatusForbidden, "Forbidden", kind, text}
}
