package progress_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/engine"
	"github.com/deprovisioner/deprovisioner/internal/progress"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// BenchmarkApply applies documents of about 2,000 bytes to a real server that syncs every write; one op is one update.
func BenchmarkApply(b *testing.B) {
	for _, batch := range []int{1, 16, 256} {
		b.Run(fmt.Sprintf("batch=%d", batch), func(b *testing.B) {
			p := progress.New(realServer(b).client, progress.Options{})
			big := func(p *deprovision.Progress) { p.Facts = map[string]string{"note": strings.Repeat("x", 1400)} }
			for n := 0; b.Loop(); n++ {
				if n%batch == 0 {
					var documents []deprovision.Progress
					for i := range batch {
						documents = append(documents, document(i, uint64(n+1), big))
					}
					apply(b, p, uint64(n+1), documents...)
				}
			}
		})
	}
}

// BenchmarkList reads the first page of 100 out of 10,000 requests.
func BenchmarkList(b *testing.B) {
	p := progress.New(realServer(b).client, progress.Options{})
	for first := 0; first < 10_000; first += 500 {
		var documents []deprovision.Progress
		for i := range 500 {
			documents = append(documents, document(first+i, 1))
		}
		apply(b, p, uint64(first+1), documents...)
	}
	for b.Loop() {
		if _, err := p.List(b.Context(), engine.Filter{Tenant: "contoso", Service: deprovision.Teams, Open: true}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkGateOpen asks for a gate that was seen open a moment ago, as every tenant call does.
func BenchmarkGateOpen(b *testing.B) {
	g := progress.NewGate(realServer(b).client, progress.GateOptions{})
	for b.Loop() {
		if _, err := g.Wait(b.Context(), "contoso"); err != nil {
			b.Fatal(err)
		}
	}
}
