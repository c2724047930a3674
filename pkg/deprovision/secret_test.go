package deprovision_test

import (
	"strings"
	"testing"

	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func TestSecretsAreToldFromPlainText(t *testing.T) {
	t.Parallel()
	a := func(n int) string { return strings.Repeat("a", n) }
	for text, secret := range map[string]bool{
		"eyJ" + a(10) + "." + a(10) + ".":      true,
		"eyJ" + a(9) + "." + a(10) + ".":       false,
		"-----BEGIN PRIVATE KEY-----":          true,
		"-----BEGIN RSA PRIVATE KEY-----":      true,
		"-----BEGIN CERTIFICATE-----":          false,
		"password=x":                           true,
		"the PassWord : x":                     true,
		"client-secret: x":                     true,
		"ClientSecret=x":                       true,
		"api_key=x":                            true,
		"pwd=x":                                true,
		"passwd:\tx":                           true,
		"password=":                            false,
		"the password was changed":             false,
		"mypassword=x":                         false,
		"Authorization: Bearer " + a(20):       true,
		"the bearer of this":                   false,
		"abc8Q~" + a(31):                       true,
		"abc7Q~" + a(34):                       true,
		"abc6Q~" + a(34):                       false,
		"abc8Q~" + a(30):                       false,
		"whsec_" + a(16):                       true,
		"whsec_" + a(15):                       false,
		"b7e4d2f0-93c6-4a18-b5d7-1f2e8c60b001": false,
		"":                                     false,
	} {
		if deprovision.LooksSecret(text) != secret {
			t.Errorf("%q: want %t", text, secret)
		}
	}
}

func TestErrorNeverRepeatsASecretText(t *testing.T) {
	t.Parallel()
	r, d := request(), deprovision.Decision{}
	r.Reason = "password=hunter2"
	d.ID, d.Tenant, d.Service, d.Request, d.Verb, d.DecidedBy = "d1", "contoso", deprovision.Teams, "r1", deprovision.Cancel, "password=hunter2"
	for _, err := range []error{r.Validate(), d.Validate()} {
		if err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("got %v", err)
		}
	}
}
