(rules => [])
