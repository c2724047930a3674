package cloud_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/deprovisioner/deprovisioner/internal/m365/cloud"
	"github.com/deprovisioner/deprovisioner/internal/m365/transport"
	"github.com/deprovisioner/deprovisioner/pkg/deprovision"
)

func TestScopesBelongToTheAddressesOfTheirCloud(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	for _, name := range cloud.Names() {
		c, err := cloud.Named(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, address := range []string{c.Login, c.Graph, c.Exchange} {
			if u, err := transport.ParseService("address", address); err != nil || u.Scheme != "https" || u.Path != "" {
				t.Errorf("%s: %s", name, address)
			}
		}
		if host := "https://contoso." + c.SharePointDomain; !strings.HasPrefix(c.SharePointDomain, "sharepoint") || c.SharePointScope(host) != host+"/.default" {
			t.Errorf("%s: %+v", name, c)
		}
		if c.GraphScope != c.Graph+"/.default" || c.ExchangeScope != c.Exchange+"/.default" {
			t.Errorf("%s: %+v", name, c)
		}
		for _, api := range []string{c.Graph, c.Exchange} {
			if other, twice := seen[api]; twice {
				t.Errorf("%s is of %s and of %s", api, name, other)
			}
			seen[api] = name
		}
	}
}

func TestNoNameIsTheWorldwideCloud(t *testing.T) {
	t.Parallel()
	a, err := cloud.Named("")
	b, err2 := cloud.Named(cloud.Global)
	if a != b || err != nil || err2 != nil {
		t.Error(a, b, err, err2)
	}
}

func TestUnknownCloudIsAnsweredWithTheKnownOnes(t *testing.T) {
	t.Parallel()
	_, err := cloud.Named("germany")
	var bad *deprovision.Invalid
	if !errors.As(err, &bad) || bad.Field != "cloud" || !strings.Contains(bad.Allowed, "usgov-high") || !strings.Contains(bad.Allowed, "custom") {
		t.Error(err)
	}
}

func TestOwnAddressesAreHTTPSOrOnLoopback(t *testing.T) {
	t.Parallel()
	const good = "http://127.0.0.1:8080"
	for field, args := range map[string][3]string{
		"endpoints.login": {"http://login.example", good, good}, "endpoints.graph": {good, "", good}, "endpoints.exchange": {good, good, "ftp://127.0.0.1"},
	} {
		_, err := cloud.New(args[0], args[1], args[2])
		var bad *deprovision.Invalid
		if !errors.As(err, &bad) || bad.Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
}

func Example() {
	china, _ := cloud.Named(cloud.China)
	own, _ := cloud.New("http://127.0.0.1:8080", "http://127.0.0.1:8080/", "http://127.0.0.1:8080")
	fmt.Println(china.Graph, china.GraphScope)
	fmt.Println(own.Graph, own.GraphScope)
	fmt.Println(china.SharePointDomain, china.SharePointScope("https://contoso-my.sharepoint.cn"))
	fmt.Println(own.SharePointScope("http://127.0.0.1:8080"))
	// Output:
	// https://microsoftgraph.chinacloudapi.cn https://microsoftgraph.chinacloudapi.cn/.default
	// http://127.0.0.1:8080 00000003-0000-0000-c000-000000000000/.default
	// sharepoint.cn https://contoso-my.sharepoint.cn/.default
	// 00000003-0000-0ff1-ce00-000000000000/.default
}
