package evidence

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"hash"
	"maps"
	"slices"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// plans holds the plans of a bundle to the digests by which its events name them.
type plans struct {
	*problems
	named map[string]uint64 // seq of the first event that names it
	had   map[string]bool   // whether it is in the bundle, be it right or not
	open  *planParts
	count int
}

// planParts is a plan of which not all parts have come.
type planParts struct {
	digest      string
	part, parts int
	hash        hash.Hash
	foreign     bool // it is no plan of this request
}

func newPlans(p *problems) *plans {
	return &plans{problems: p, named: map[string]uint64{}, had: map[string]bool{}}
}

func (p *plans) name(digest string, seq uint64) {
	if _, known := p.named[digest]; !known && digest != "" {
		p.named[digest] = seq
	}
}

// record takes in a plan, or the next part of one.
func (p *plans) record(at int, r Record, of deprovision.Ref) {
	if p.open == nil || p.open.digest != r.Digest || r.Part != p.open.part+1 || r.Parts != p.open.parts {
		p.cut(at)
		if p.had[r.Digest] {
			p.add(Misplaced, at, 0, "the plan %s is there already", short(r.Digest))
			return
		}
		p.had[r.Digest] = true
		p.count++
		if _, known := p.named[r.Digest]; !known {
			p.add(UnnamedPlan, at, 0, "no event names the plan %s", short(r.Digest))
		}
		if r.Part != 1 {
			p.add(PlanMismatch, at, 0, "the plan %s begins with part %d of %d", short(r.Digest), r.Part, r.Parts)
			return
		}
		p.open = &planParts{digest: r.Digest, parts: r.Parts, hash: sha256.New()}
	}
	o := p.open
	o.part++
	data := r.Bytes()
	if o.part == 1 {
		data, o.foreign = anonymous(data, of)
	}
	o.hash.Write(data)
	if o.part < o.parts {
		return
	}
	p.open = nil
	switch {
	case o.foreign:
		p.worse(OtherRequest, at, 0, "the plan %s is no plan of this request", short(o.digest))
	case digestOf(o.hash.Sum(nil)) != o.digest:
		p.worse(PlanMismatch, at, 0, "the plan does not fit its digest %s", short(o.digest))
	}
}

// cut tells of a plan whose parts end too early.
func (p *plans) cut(at int) {
	if p.open != nil {
		p.add(PlanMismatch, at, 0, "of the plan %s there are %d parts of %d", short(p.open.digest), p.open.part, p.open.parts)
		p.open = nil
	}
}

// end tells which plans are missing.
func (p *plans) end(at int) {
	p.cut(at)
	for _, digest := range slices.SortedFunc(maps.Keys(p.named), func(a, b string) int { return cmp.Compare(p.named[a], p.named[b]) }) {
		if !p.had[digest] {
			p.add(MissingPlan, 0, p.named[digest], "the plan %s is missing, which event %d names", short(digest), p.named[digest])
		}
	}
}

// anonymous takes out of the beginning of a plan's JSON for which request, and when, it was made: its digest does not depend on them, see
// [deprovision.Plan.Digest]. Byte for byte, so that the plan of a newer version can be proved as well.
func anonymous(body []byte, of deprovision.Ref) (out []byte, foreign bool) {
	ref, err := json.Marshal(of)
	if err != nil {
		return nil, true
	}
	prefix := slices.Concat([]byte(`{"ref":`), ref, []byte(`,"made":"`))
	rest, ours := bytes.CutPrefix(body, prefix)
	_, rest, made := bytes.Cut(rest, []byte(`"`))
	if !ours || !made {
		return nil, true
	}
	return slices.Concat([]byte(`{"ref":{"tenant":"","service":"","request":""},"made":"0001-01-01T00:00:00Z"`), rest), false
}
