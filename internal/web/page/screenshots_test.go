package page_test

import (
	"flag"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/browsertest"
)

var screenshots = flag.String("screenshots", "", "directory into which pictures of every view are written, as make screenshots does")

// TestScreenshots writes docs/screenshots: the same gallery at the same moment, so that a picture changes when the page does.
func TestScreenshots(t *testing.T) {
	t.Parallel()
	if *screenshots == "" {
		t.Skip("it writes into docs: make screenshots")
	}
	w := newWorld(t)
	g := newGallery(w)
	p := g.looks("/accounts")
	p.ReducedMotion(true)
	p.Click("button", "Sign in")
	p.In("dialog", "Sign in").See("Token")
	photograph(t, p, "dialog-sign-in")
	p.Press("Escape")
	w.signIn(p, operator)
	for _, v := range g.views() {
		if slices.Contains([]string{"nowhere", "request-parked", "request-manual"}, v.name) { // others show the same
			continue
		}
		goes(p, v.hash)
		v.shown(p)
		photograph(t, p, v.name)
	}
	for _, d := range g.dialogs() {
		if slices.Contains([]string{"remove", "confirm", "retry"}, d.name) {
			d.opens(p)
			photograph(t, p, "dialog-"+d.name)
			d.closes(p)
		}
	}
}

// photograph writes a picture in light and in dark colours, and of a phone.
func photograph(t *testing.T, p *browsertest.Page, name string) {
	t.Helper()
	for _, kind := range []struct {
		name  string
		width int
		dark  bool
	}{{"light", 1200, false}, {"dark", 1200, true}, {"phone", 360, false}} {
		p.Viewport(kind.width, 800, kind.name == "phone", false)
		p.Dark(kind.dark)
		p.Eval("document.activeElement?.blur(); scrollTo(0, 0)", nil)
		file := filepath.Join(*screenshots, name+"-"+kind.name+".png")
		p.Screenshot(file)
		high := 2 * 800 // what a person sees after some scrolling; of a dialog all
		if strings.HasPrefix(name, "dialog-") {
			high = 800
		}
		if err := shrink(file, high); err != nil {
			t.Fatal(err)
		}
	}
	p.Viewport(1200, 800, false, false)
	p.Dark(false)
}

// shrink gives a picture a palette of the colours that it has most of: a page has few, and its file is a third as large then.
// What lies lower than high is cut off.
func shrink(file string, high int) error {
	in, err := os.Open(file)
	if err != nil {
		return err
	}
	full, err := png.Decode(in)
	if err := in.Close(); err != nil {
		return err
	}
	if err != nil {
		return err
	}
	out, err := os.Create(file)
	if err != nil {
		return err
	}
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if err := encoder.Encode(out, paletted(full, full.Bounds().Intersect(image.Rect(0, 0, full.Bounds().Dx(), high)))); err != nil {
		return err
	}
	return out.Close()
}

func paletted(full image.Image, bounds image.Rectangle) *image.Paletted {
	counts := map[color.RGBA]int{}
	at := func(x, y int) color.RGBA {
		r, g, b, _ := full.At(x, y).RGBA()
		return color.RGBA{uint8(r >> 8), uint8(g >> 8), uint8(b >> 8), 255}
	}
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			counts[at(x, y)]++
		}
	}
	most := make([]color.RGBA, 0, len(counts))
	for c := range counts {
		most = append(most, c)
	}
	slices.SortFunc(most, func(a, b color.RGBA) int {
		if counts[a] != counts[b] {
			return counts[b] - counts[a]
		}
		return int(a.R)<<16 + int(a.G)<<8 + int(a.B) - int(b.R)<<16 - int(b.G)<<8 - int(b.B)
	})
	var palette color.Palette
	for _, c := range most {
		if len(palette) < 64 && (len(palette) == 0 || apart(c, palette[palette.Index(c)])) {
			palette = append(palette, c)
		}
	}
	index := map[color.RGBA]uint8{}
	for c := range counts {
		index[c] = uint8(palette.Index(c))
	}
	out := image.NewPaletted(bounds, palette)
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			out.SetColorIndex(x, y, index[at(x, y)])
		}
	}
	return out
}

// apart reports whether two colours are so different that one can't stand for the other.
func apart(a color.RGBA, other color.Color) bool {
	b, _ := other.(color.RGBA)
	r, g, bl := int(a.R)-int(b.R), int(a.G)-int(b.G), int(a.B)-int(b.B)
	return r*r+g*g+bl*bl > 30
}
