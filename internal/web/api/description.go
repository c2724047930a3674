package api

// getDescription answers with the OpenAPI document.
func (c *call) getDescription() error {
	text, err := Description()
	if err != nil {
		return err
	}
	guarded(c.w.Header())
	c.w.Header().Set("Content-Type", jsonMedia)
	_, _ = c.w.Write(text) // who asked has gone: nobody is left to tell
	return nil
}
