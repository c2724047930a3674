package timeline

import "slices"

// middle keeps the first and the last of many, half of [Most] each.
type middle[T any] struct {
	first []T
	last  []T // a ring
	next  int // place of the oldest of the ring, once it is full
	cut   int
}

func (m *middle[T]) add(v T) {
	switch {
	case len(m.first) < Most/2:
		m.first = append(m.first, v)
	case len(m.last) < Most/2:
		m.last = append(m.last, v)
	default:
		m.last[m.next] = v
		m.next = (m.next + 1) % len(m.last)
		m.cut++
	}
}

// all returns what is kept, in order.
func (m *middle[T]) all() []T {
	return slices.Concat([]T{}, m.first, m.last[m.next:], m.last[:m.next])
}
