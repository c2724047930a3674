package schema

import (
	"embed"
	"io/fs"
	"slices"
	"strings"
)

// Base is the start of every schema's $id; the rest is its name and ".json".
const Base = "https://github.com/deprovisioner/deprovisioner/schema/v1/"

// Common names the schema that holds what the others share. It describes no message of its own.
const Common = "common"

//go:embed *.json asyncapi.yaml
var files embed.FS

// Names lists the schemas in alphabetical order, without [Common].
func Names() []string {
	paths, err := fs.Glob(files, "*.json")
	if err != nil { // the pattern is a constant
		panic(err)
	}
	var out []string
	for _, path := range paths {
		if name := strings.TrimSuffix(path, ".json"); name != Common {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// Schema returns a JSON Schema by its name, or nil when there is none. Schemas refer to each other by "<name>.json", which holds for
// files in one directory and for their $id alike.
func Schema(name string) []byte { return read(name + ".json") }

// AsyncAPI returns the AsyncAPI document, in YAML. It refers to the schemas as files beside it.
func AsyncAPI() []byte { return read("asyncapi.yaml") }

func read(path string) []byte {
	data, err := files.ReadFile(path)
	if err != nil {
		return nil
	}
	return data
}
