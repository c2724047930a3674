package cli

import (
	"context"
	"errors"
	"io"
	"sync"
	"unicode/utf8"

	"github.com/deprovisioner/deprovisioner/internal/cli/bars"
)

// keyboard reads what a person types. Keys count only between listen and deaf, so that what was typed for one stop never answers the next.
// A read of a terminal can't be interrupted; its goroutine ends with the input, or with the process.
type keyboard struct {
	in    io.Reader
	echo  io.Writer // prints what is typed; nil where the terminal does it
	start sync.Once

	mu        sync.Mutex
	typed     []byte
	listening bool
	ended     bool
	news      chan struct{}
}

func newKeyboard(in io.Reader, echo io.Writer) *keyboard {
	return &keyboard{in: in, echo: echo, news: make(chan struct{}, 1)}
}

func (k *keyboard) read() {
	keys := make([]byte, 256)
	for {
		n, err := k.in.Read(keys)
		k.mu.Lock()
		if k.listening {
			k.typed = append(k.typed, keys[:n]...)
		}
		k.ended = err != nil
		k.mu.Unlock()
		select {
		case k.news <- struct{}{}:
		default:
		}
		if err != nil {
			return
		}
	}
}

// listen begins a conversation: it forgets what was typed before.
func (k *keyboard) listen() { k.set(true) }

// deaf ends it.
func (k *keyboard) deaf() { k.set(false) }

func (k *keyboard) set(listening bool) {
	k.mu.Lock()
	k.typed, k.listening = nil, listening
	k.mu.Unlock()
	k.start.Do(func() { go k.read() })
}

// next waits for a key. The error is [io.EOF] when there will be none, or the context's.
func (k *keyboard) next(ctx context.Context) (byte, error) {
	for {
		if ctx.Err() != nil { // also where keys are there: they were for what is over
			return 0, ctx.Err()
		}
		k.mu.Lock()
		if len(k.typed) > 0 {
			key := k.typed[0]
			k.typed = k.typed[1:]
			k.mu.Unlock()
			return key, nil
		}
		ended := k.ended
		k.mu.Unlock()
		if ended {
			return 0, io.EOF
		}
		select {
		case <-k.news:
		case <-ctx.Done():
		}
	}
}

// The keys that mean something, as terminals send them.
const (
	backspace = 0x08
	rubout    = 0x7f
	killLine  = 0x15 // ctrl-u
	endOfFile = 0x04 // ctrl-d
	escape    = 0x1b
)

// line reads one line. What was typed before the input ended counts as one; an end without it is [io.EOF].
func (k *keyboard) line(ctx context.Context) (string, error) {
	var text []byte
	for {
		key, err := k.next(ctx)
		switch {
		case errors.Is(err, io.EOF) && len(text) > 0, err == nil && (key == '\n' || key == '\r'):
			return string(text), k.print("\n")
		case err != nil:
			return "", err
		case key == endOfFile && len(text) == 0:
			return "", io.EOF
		case key == escape:
			err = k.skip(ctx)
		case key == backspace, key == rubout:
			text, err = k.rub(text, 1)
		case key == killLine:
			text, err = k.rub(text, len(text))
		case key < ' ':
		default:
			text = append(text, key)
			err = k.shown(text)
		}
		if err != nil {
			return "", err
		}
	}
}

// shown prints the character that ends a text, once it is whole.
func (k *keyboard) shown(text []byte) error {
	last := len(text) - 1
	for last > 0 && len(text)-last < utf8.UTFMax && !utf8.RuneStart(text[last]) {
		last--
	}
	if !utf8.FullRune(text[last:]) {
		return nil
	}
	return k.print(oneLine(string(text[last:])))
}

// rub takes characters away from the end.
func (k *keyboard) rub(text []byte, characters int) ([]byte, error) {
	for ; characters > 0 && len(text) > 0; characters-- {
		_, size := utf8.DecodeLastRune(text)
		for range bars.Width(oneLine(string(text[len(text)-size:]))) {
			if err := k.print("\b \b"); err != nil {
				return text, err
			}
		}
		text = text[:len(text)-size]
	}
	return text, nil
}

// skip passes over what a key like an arrow sends behind the escape (ECMA-48: CSI and SS3).
func (k *keyboard) skip(ctx context.Context) error {
	key, err := k.next(ctx)
	if err != nil || key != '[' && key != 'O' {
		return err
	}
	for err == nil {
		if key, err = k.next(ctx); key >= 0x40 && key <= 0x7e {
			break
		}
	}
	return err
}

func (k *keyboard) print(s string) error {
	if k.echo == nil {
		return nil
	}
	_, err := io.WriteString(k.echo, s)
	return err
}
