package browsertest_test

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/deprovisioner/deprovisioner/internal/browsertest"
)

// withBrowser, when set, makes of this test binary one that has a page open until its input ends.
const withBrowser = "BROWSERTEST_PAGE_UNTIL_INPUT_ENDS"

// TestPageUntilInputEnds is no test but the other process of the next one.
func TestPageUntilInputEnds(t *testing.T) { //nolint:paralleltest // alone in its process
	if os.Getenv(withBrowser) == "" {
		t.Skip("it is the other process of TestNoProcessIsLeftBehind")
	}
	p := browsertest.New(t)
	p.Open("data:text/html,<title>x</title>")
	fmt.Printf("browser %d\n", p.Process())
	_, _ = io.Copy(io.Discard, os.Stdin)
}

func TestNoProcessIsLeftBehind(t *testing.T) {
	t.Parallel()
	if _, err := browsertest.Binary(); err != nil {
		t.Skip(err)
	}
	for name, end := range map[string]func(*exec.Cmd, io.Closer) error{
		"by a test binary that ends":      func(_ *exec.Cmd, input io.Closer) error { return input.Close() },
		"by a test binary that is killed": func(cmd *exec.Cmd, _ io.Closer) error { return cmd.Process.Kill() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^TestPageUntilInputEnds$")
			folder, err := os.MkdirTemp("", "bt") //nolint:usetesting // Chromium puts a socket there, whose path has to be short
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = os.RemoveAll(folder) })
			cmd.Env = append(os.Environ(), withBrowser+"=1", "TMPDIR="+folder)
			input, err := cmd.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			output, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			var browser int
			var said []string
			lines := bufio.NewScanner(output)
			for browser == 0 && lines.Scan() {
				said = append(said, lines.Text())
				_, _ = fmt.Sscanf(lines.Text(), "browser %d", &browser) // other lines are the test's own
			}
			family := append(descendants(browser), browser)
			errEnd := end(cmd, input)
			_, _ = io.Copy(io.Discard, output)
			_ = cmd.Wait() // says "killed"
			if browser == 0 || len(family) < 3 || errEnd != nil {
				t.Fatalf("the browser is %d, with %v (it has several processes); the binary said %q; %v", browser, family, said, errEnd)
			}
			gone(t, family)
			if left, err := filepath.Glob(filepath.Join(folder, "chromedp-runner*")); err != nil || name == "by a test binary that ends" && len(left) > 0 {
				t.Errorf("left behind: %v, %v", left, err)
			}
		})
	}
}

// gone waits until none of the processes is there. Nobody tells of the end of what is no child of one's own, so this looks again.
func gone(t *testing.T, family []int) {
	t.Helper()
	looks := time.NewTicker(20 * time.Millisecond)
	defer looks.Stop()
	deadline := time.Now().Add(time.Minute)
	for _, id := range family {
		for {
			state, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", id))
			if err != nil || strings.Contains(string(state), ") Z ") {
				break // a zombie waits for nobody but its reaper
			}
			if <-looks.C; time.Now().After(deadline) {
				t.Fatalf("still there: %s", state)
			}
		}
	}
}

// descendants returns the ids of all processes below one.
func descendants(id int) []int {
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	children := map[int][]int{}
	for _, stat := range stats {
		content, err := os.ReadFile(stat)
		if err != nil {
			continue // ended meanwhile
		}
		fields := strings.Fields(string(content)[strings.LastIndex(string(content), ")")+1:])
		parent, _ := strconv.Atoi(fields[1])
		child, _ := strconv.Atoi(filepath.Base(filepath.Dir(stat)))
		children[parent] = append(children[parent], child)
	}
	var all []int
	for next := []int{id}; len(next) > 0; next = next[1:] {
		all, next = append(all, children[next[0]]...), append(next, children[next[0]]...)
	}
	return all
}
