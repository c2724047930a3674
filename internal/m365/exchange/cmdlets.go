package exchange

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/deprovisioner/deprovisioner/internal/m365/transport"
)

// Cmdlets lists, sorted, the cmdlets that the credential may run: what a module would export for it. A cmdlet that is missing here would
// be answered as if it did not exist.
func (c *Client) Cmdlets(ctx context.Context) ([]string, error) {
	call := &transport.Call{Name: "EXOModuleFile"}
	var file struct {
		Value []struct {
			Exported string `json:"exportedCmdlets"`
		} `json:"value"`
	}
	address := c.address("v1.0", "EXOModuleFile") + "?Version=3.9.2"
	if err := c.send(ctx, call, http.MethodGet, address, map[string]string{"CommandName": "*"}, nil, &file); err != nil {
		return nil, err
	}
	var names []string
	for _, v := range file.Value {
		for name := range strings.SplitSeq(v.Exported, ",") {
			if name = strings.TrimSpace(name); name != "" {
				names = append(names, name)
			}
		}
	}
	if len(names) == 0 {
		return nil, transport.Malformed(API, call, "the answer lists no cmdlet")
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}
