package main

import (
	"bufio"
	"os"
	"runtime"
	"strings"
)

// machine says what was measured on, without a name or path of it.
type machine struct {
	CPU      string
	Cores    int
	Platform string
	Go       string
}

func thisMachine() machine {
	return machine{CPU: model(), Cores: runtime.NumCPU(), Platform: runtime.GOOS + "/" + runtime.GOARCH, Go: strings.TrimPrefix(runtime.Version(), "go")}
}

// model is the processor as Linux names it.
func model() string {
	f, err := os.Open("/proc/cpuinfo")
	if err != nil {
		return "unnamed processor"
	}
	defer func() { _ = f.Close() }() // it was only read
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if name, value, ok := strings.Cut(lines.Text(), ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return "unnamed processor"
}
