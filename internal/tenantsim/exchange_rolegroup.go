package tenantsim

import "strings"

func (r *request) getRoleGroup(in *cmdletInput) (result, *exError) {
	return r.get(in, KindRoleGroup, nil)
}

// getRoleGroupMember lists who is in a role group, see
// https://learn.microsoft.com/powershell/module/exchangepowershell/get-rolegroupmember
func (r *request) getRoleGroupMember(in *cmdletInput) (result, *exError) {
	identity := in.str("Identity")
	if identity == "" {
		return result{}, exMissing("Identity")
	}
	g, ok := r.tenant.of(KindRoleGroup).find(func(o *object) bool { return answersTo(o, identity) })
	if !ok {
		return result{}, exNotFound(identity)
	}
	r.about(g)
	res := result{}
	for _, m := range g.strings("Members") {
		res.rows = append(res.rows, map[string]any{"Name": m, "Identity": m, "DisplayName": m, "RecipientType": "User"})
	}
	return res, nil
}

// removeRoleGroup takes the group and the role assignments to it.
func (r *request) removeRoleGroup(in *cmdletInput) (result, *exError) {
	r.tenant.write.Lock()
	defer r.tenant.write.Unlock()
	g, failed := r.target(in, KindRoleGroup)
	if failed != nil {
		return result{}, failed
	}
	if g.bool("_builtIn") {
		return result{}, exBadRequest("Microsoft.Exchange.Configuration.Tasks.TaskInvalidOperationException", "The role group '"+g.name+"' is built in and can't be removed.")
	}
	with := r.tenant.of(KindManagementRoleAssignment).all(func(o *object) bool { return strings.EqualFold(o.str("RoleAssigneeName"), g.name) })
	r.tenant.drop(g, r.now)
	for _, w := range with {
		r.tenant.drop(w, r.now)
	}
	r.removed(g, with...)
	return result{}, nil
}

func (r *request) getManagementRoleAssignment(in *cmdletInput) (result, *exError) {
	role, assignee := in.str("Role"), in.str("RoleAssignee")
	return r.get(in, KindManagementRoleAssignment, func(o *object) bool {
		return (role == "" || strings.EqualFold(o.str("Role"), role)) && (assignee == "" || strings.EqualFold(o.str("RoleAssigneeName"), assignee))
	})
}

func (r *request) getAcceptedDomain(in *cmdletInput) (result, *exError) {
	return r.get(in, KindAcceptedDomain, nil)
}

func (r *request) getMailbox(in *cmdletInput) (result, *exError) {
	details := in.str("RecipientTypeDetails")
	return r.get(in, KindMailbox, func(o *object) bool {
		return details == "" || strings.EqualFold(o.str("RecipientTypeDetails"), details)
	})
}
