package step

import "testing"

func TestPanicOfOneOfManyIsTheCallers(t *testing.T) {
	t.Parallel()
	ended := make([]bool, 10)
	defer func() {
		if cause := recover(); cause != "broken" {
			t.Errorf("recovered %v", cause)
		}
		for i, e := range ended {
			if !e {
				t.Errorf("%d was not done", i)
			}
		}
	}()
	atTheSameTime(len(ended), func(i int) {
		ended[i] = true
		if i == 3 {
			panic("broken")
		}
	})
	t.Error("nothing panicked")
}
