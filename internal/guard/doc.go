// Package guard refuses. It is asked about every object before a plan names it, and knows nothing of products or tenants: an object that
// is too young, that belongs to Microsoft, that the worker itself runs as, or that can't be told for sure stays where it is. What a
// guard can't read, it refuses.
package guard
