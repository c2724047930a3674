package tenantsim

import (
	"slices"
	"strings"
)

// groupView is the Exchange side of a directory group: one object, two names
// for its properties.
func groupView(o *object) *object {
	details := "MailUniversalDistributionGroup"
	switch {
	case isUnified(o):
		details = "GroupMailbox"
	case o.bool("securityEnabled"):
		details = "MailUniversalSecurityGroup"
	}
	v := exchangeObject(KindGroup, o.id, o.name, map[string]any{
		"DisplayName": o.name, "Alias": o.str("mailNickname"), "PrimarySmtpAddress": o.str("mail"),
		"ExternalDirectoryObjectId": o.id, "RecipientTypeDetails": details, "RecipientType": details,
		"GroupType": "Universal", "ManagedBy": o.strings(ownersKey), "WhenCreated": o.str("createdDateTime"),
	}, zeroTime)
	v.ord = o.ord
	return v
}

func isDistribution(o *object) bool { return o.bool("mailEnabled") && !isUnified(o) }

func (r *request) groups(in *cmdletInput, keep func(*object) bool) (result, *exError) {
	stored := r.tenant.of(KindGroup).list(r.now, keep)
	views := make([]*object, len(stored))
	for i, o := range stored {
		views[i] = groupView(o)
	}
	return r.narrow(in, views)
}

func (r *request) getDistributionGroup(in *cmdletInput) (result, *exError) {
	return r.groups(in, isDistribution)
}

func (r *request) getUnifiedGroup(in *cmdletInput) (result, *exError) { return r.groups(in, isUnified) }

// newDistributionGroup makes a mail-enabled group, see
// https://learn.microsoft.com/powershell/module/exchangepowershell/new-distributiongroup
func (r *request) newDistributionGroup(in *cmdletInput) (result, *exError) {
	name := in.str("Name")
	if name == "" {
		return result{}, exMissing("Name")
	}
	r.tenant.write.Lock()
	defer r.tenant.write.Unlock()
	if _, taken := r.tenant.of(KindGroup).find(func(o *object) bool { return strings.EqualFold(o.name, name) }); taken {
		return result{}, exBadRequest("Microsoft.Exchange.Data.Directory.ADObjectAlreadyExistsException", "The name '"+name+"' is already being used.")
	}
	kind := GroupDistribution
	if strings.EqualFold(in.str("Type"), "Security") {
		kind = GroupMailEnabledSecurity
	}
	o := groupObject(r.tenant.id, &Group{ID: randomID(), DisplayName: name, Kind: kind, Mail: in.str("PrimarySmtpAddress"),
		Members: in.list("Members"), ManagedBy: in.list("ManagedBy"), Created: r.now})
	r.tenant.create(o, r.now)
	r.about(o)
	r.call.Effect = EffectCreated
	return result{objects: []*object{groupView(o)}}, nil
}

// removeDistributionGroup needs BypassSecurityGroupManagerCheck from a caller
// that does not manage the group; see
// https://learn.microsoft.com/powershell/module/exchangepowershell/remove-distributiongroup
func (r *request) removeDistributionGroup(in *cmdletInput) (result, *exError) {
	r.tenant.write.Lock()
	defer r.tenant.write.Unlock()
	identity := in.str("Identity")
	if identity == "" {
		return result{}, exMissing("Identity")
	}
	o, ok := r.tenant.of(KindGroup).find(func(o *object) bool { return isDistribution(o) && answersTo(groupView(o), identity) })
	if !ok {
		r.absent()
		return result{}, exNotFound(identity)
	}
	r.about(o)
	if !in.bool("BypassSecurityGroupManagerCheck") && !slices.Contains(o.strings(ownersKey), r.claims.ObjectID) {
		return result{}, exDenied("Microsoft.Exchange.Configuration.Tasks.OperationRequiresGroupManagerException",
			"You don't have sufficient permissions. This operation can only be performed by a manager of the group.")
	}
	r.tenant.drop(o, r.now)
	r.removed(o)
	return result{}, nil
}

func (r *request) getDynamicGroup(in *cmdletInput) (result, *exError) {
	return r.get(in, KindDynamicDistributionGroup, nil)
}

func (r *request) removeDynamicGroup(in *cmdletInput) (result, *exError) {
	return r.remove(in, KindDynamicDistributionGroup, nil)
}
