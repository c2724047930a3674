package step

import (
	"crypto/sha256"
	"fmt"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

// callID derives the client-request-id of the call about one artifact: the same for every try, so that a tenant's log can be matched, and
// repeating it at the product is harmless. It is a UUID of version 8 (RFC 9562): a hash.
func callID(ref deprovision.Ref, artifact deprovision.Artifact) string {
	b := sha256.Sum256([]byte(ref.Tokens() + "\x00" + string(artifact.Kind) + "\x00" + artifact.ID))
	b[6] = b[6]&0x0f | 0x80
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[0:4], b[4:6], b[6:8], b[8:10], b[10:16])
}
