package tenantsim

import (
	"slices"
	"strings"
)

// getSpoofItems ignores Identity, see
// https://learn.microsoft.com/powershell/module/exchangepowershell/get-tenantallowblocklistspoofitems
func (r *request) getSpoofItems(in *cmdletInput) (result, *exError) {
	action, kind := in.str("Action"), in.str("SpoofType")
	return result{objects: r.tenant.of(KindSpoofItem).list(r.now, func(o *object) bool {
		return (action == "" || strings.EqualFold(o.str("Action"), action)) && (kind == "" || strings.EqualFold(o.str("SpoofType"), kind))
	})}, nil
}

// spoofList checks the one Identity there is: default, or domain\Default.
func spoofList(in *cmdletInput) *exError {
	id := in.str("Identity")
	if id == "" {
		return exMissing("Identity")
	}
	if !strings.EqualFold(id, "default") && !strings.HasSuffix(fold(id), `\default`) {
		return exNotFound(id)
	}
	return nil
}

// newSpoofItem adds a pair, see
// https://learn.microsoft.com/powershell/module/exchangepowershell/new-tenantallowblocklistspoofitems
func (r *request) newSpoofItem(in *cmdletInput) (result, *exError) {
	if failed := spoofList(in); failed != nil {
		return result{}, failed
	}
	for _, p := range []string{"SpoofedUser", "SendingInfrastructure", "SpoofType", "Action"} {
		if in.str(p) == "" {
			return result{}, exMissing(p)
		}
	}
	r.tenant.write.Lock()
	defer r.tenant.write.Unlock()
	o := spoofObject(randomID(), in.str("SpoofedUser"), in.str("SendingInfrastructure"), in.str("SpoofType"), in.str("Action"))
	if _, taken := r.tenant.of(KindSpoofItem).find(func(x *object) bool { return x.name == o.name && x.str("SpoofType") == o.str("SpoofType") }); taken {
		return result{}, exBadRequest("Microsoft.Exchange.Management.TenantAllowBlockList.DuplicateItemException", "The spoof pair '"+o.name+"' exists already.")
	}
	r.tenant.create(o, r.now)
	r.about(o)
	r.call.Effect = EffectCreated
	return result{objects: []*object{o}}, nil
}

// removeSpoofItems removes by Ids, the Identity values of the listing. Ids that
// are not there are reported in a 200, the others go all the same; see
// https://learn.microsoft.com/powershell/module/exchangepowershell/remove-tenantallowblocklistspoofitems
func (r *request) removeSpoofItems(in *cmdletInput) (result, *exError) {
	if failed := spoofList(in); failed != nil {
		return result{}, failed
	}
	ids := in.list("Ids")
	if len(ids) == 0 {
		return result{}, exMissing("Ids")
	}
	r.tenant.write.Lock()
	defer r.tenant.write.Unlock()
	var res result
	for _, id := range slices.Compact(ids) {
		o, ok := r.tenant.of(KindSpoofItem).get(id)
		if !ok {
			res.errors = append(res.errors, "|Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException|The spoof item '"+id+"' couldn't be found.")
			continue
		}
		r.tenant.drop(o, r.now)
		r.removed(o)
	}
	if r.call.Effect == EffectNone {
		r.absent()
	}
	return res, nil
}

func spoofObject(id, user, infrastructure, kind, action string) *object {
	return &object{kind: KindSpoofItem, id: id, name: user + ", " + infrastructure, props: map[string]any{
		"Identity": id, "SpoofedUser": user, "SendingInfrastructure": infrastructure, "SpoofType": kind, "Action": action,
	}}
}
