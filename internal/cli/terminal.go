package cli

import (
	"io"
	"os"

	"golang.org/x/term"

	"github.com/deprovisioner/deprovisioner/internal/cli/bars"
)

// Terminal is what the streams of a command can do besides reading and writing.
type Terminal struct {
	Asks   bool                       // somebody can be asked: In is a terminal
	Draws  bool                       // lines can be drawn over: Out is a terminal, and no dumb one
	Colour bool                       // colours are wanted
	Size   func() (columns, rows int) // of the terminal that Out is
}

// terminal looks at the streams of this process. By convention TERM=dumb stands for a terminal that only prints (an editor's window), and
// NO_COLOR, with anything in it, for a person who wants no colours.
func terminal(in io.Reader, out io.Writer, env func(string) string) Terminal {
	t := Terminal{Size: func() (int, int) { return 80, 24 }}
	if file, ok := in.(*os.File); ok {
		t.Asks = term.IsTerminal(int(file.Fd())) && foreground(file)
	}
	if file, ok := out.(*os.File); ok && term.IsTerminal(int(file.Fd())) {
		t.Draws = env("TERM") != "dumb"
		t.Colour = t.Draws && env("NO_COLOR") == ""
		t.Size = func() (int, int) {
			columns, rows, err := term.GetSize(int(file.Fd()))
			if err != nil || columns <= 0 || rows <= 0 {
				return 80, 24
			}
			return columns, rows
		}
	}
	return t
}

// folding prints below a screen, in lines as long as its window is wide.
func (a *app) folding(screen *bars.Region) *app {
	folded := *a
	folded.Out = bars.Folding{Out: a.Out, Columns: func() int { columns, _ := screen.Size(); return columns }}
	return &folded
}

// region returns where a screen is drawn; nil where lines are printed instead.
func (a *app) region(plain bool) *bars.Region {
	if plain || a.json() || !a.Terminal.Draws {
		return nil
	}
	region := &bars.Region{Out: a.Out, Size: a.Terminal.Size, Colour: a.Terminal.Colour}
	a.notices.set(func() { a.notices.region = region })
	return region
}
