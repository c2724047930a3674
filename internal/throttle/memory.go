package throttle

import (
	"context"
	"sync"
	"time"
)

// Memory keeps the gates of all tenants in this process. It is safe for concurrent use.
type Memory struct {
	budget Budget
	now    func() time.Time

	mu     sync.Mutex
	states map[string]State // by tenant; as many as are configured
}

// NewMemory makes open gates, each with this budget. now tells the time.
func NewMemory(budget Budget, now func() time.Time) *Memory {
	return &Memory{budget: budget, now: now, states: map[string]State{}}
}

// Wait returns 0 when the tenant may be called now, and counts that call; else how long to wait before asking again. It never fails but
// with the context's error.
func (m *Memory) Wait(ctx context.Context, tenant string) (time.Duration, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	state, wait := m.states[tenant].Admit(m.budget, m.now())
	m.states[tenant] = state
	return wait, nil
}

// Close closes the tenant's gate for d. It never opens earlier than it would have without.
func (m *Memory) Close(_ context.Context, tenant string, d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.states[tenant] = m.states[tenant].Close(m.now(), d)
}

// Left is how long the tenant's gate stays closed; 0 when it is open. It counts no call.
func (m *Memory) Left(tenant string) time.Duration {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.states[tenant].Left(m.now())
}
