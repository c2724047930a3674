package tenantsim

func (r *request) listOrganization() reply { return r.many("organization", KindOrganization, nil) }

func (r *request) getOrganization() reply { return r.plainGet("organization", KindOrganization) }

func (r *request) listDomains() reply { return r.many("domains", KindDomain, nil) }

func (r *request) getDomain() reply { return r.plainGet("domains", KindDomain) }
