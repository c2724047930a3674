package composecheck

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
)

const top = "../.."

// load reads docker-compose.yml as `docker compose [--env-file file]` does; the parser refuses what the specification does not allow.
func load(t *testing.T, envFile ...string) *types.Project {
	t.Helper()
	options, err := cli.NewProjectOptions([]string{top + "/docker-compose.yml"}, cli.WithWorkingDirectory(top), cli.WithEnvFiles(envFile...),
		cli.WithDotEnv, cli.WithDefaultProfiles())
	if err != nil {
		t.Fatal(err)
	}
	project, err := options.LoadProject(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return project
}

func projects(t *testing.T) map[string]*types.Project {
	t.Helper()
	return map[string]*types.Project{"real": load(t), "simulated": load(t, top+"/deploy/simulated.env")}
}

func TestTheSimulatorRunsOnlyIfAsked(t *testing.T) {
	t.Parallel()
	want := []string{"nats", "prometheus", "provision", "redis", "worker"}
	for name, project := range projects(t) {
		names := project.ServiceNames()
		slices.Sort(names)
		expected := want
		if name == "simulated" {
			expected = slices.Sorted(slices.Values(append([]string{"tenantsim"}, want...)))
		}
		if !slices.Equal(names, expected) {
			t.Errorf("%s: services %v, want %v", name, names, expected)
		}
	}
}

func TestPortsArePublishedOnLoopbackOnly(t *testing.T) {
	t.Parallel()
	for name, project := range projects(t) {
		published := 0
		for _, service := range project.Services {
			for _, port := range service.Ports {
				published++
				if port.HostIP != "127.0.0.1" {
					t.Errorf("%s: %s publishes %d on %q", name, service.Name, port.Target, port.HostIP)
				}
			}
			if service.NetworkMode == "host" || service.Privileged {
				t.Errorf("%s: %s is on the host's network or privileged", name, service.Name)
			}
		}
		if published != 4 {
			t.Errorf("%s: %d ports, want NATS, Redis, the worker and Prometheus", name, published)
		}
	}
}

func TestImagesArePinned(t *testing.T) {
	t.Parallel()
	for _, service := range load(t).Services {
		if service.Build == nil && !pinned(service.Image) {
			t.Errorf("%s: image %s has no version", service.Name, service.Image)
		}
	}
}

var version = regexp.MustCompile(`:v?\d+\.\d+`)

func pinned(image string) bool { return version.MatchString(image) }

func TestEveryMountedFileExists(t *testing.T) {
	t.Parallel()
	for name, project := range projects(t) {
		for _, service := range project.Services {
			for _, volume := range service.Volumes {
				if volume.Type != types.VolumeTypeBind {
					continue
				}
				if _, err := os.Stat(volume.Source); err != nil || !volume.ReadOnly {
					t.Errorf("%s: %s mounts %s, read-only %t: %v", name, service.Name, volume.Source, volume.ReadOnly, err)
				}
			}
		}
	}
}

func TestTheWorkerStartsWhenWhatItNeedsIsThere(t *testing.T) {
	t.Parallel()
	for name, project := range projects(t) {
		for service, conditions := range map[string]map[string]string{
			"provision": {"nats": types.ServiceConditionHealthy},
			"worker":    {"provision": types.ServiceConditionCompletedSuccessfully, "redis": types.ServiceConditionHealthy},
		} {
			for dependency, want := range conditions {
				if got := project.Services[service].DependsOn[dependency].Condition; got != want {
					t.Errorf("%s: %s waits for %s until %q, want %q", name, service, dependency, got, want)
				}
			}
		}
		for _, service := range []string{"nats", "redis"} {
			if check := project.Services[service].HealthCheck; check == nil || len(check.Test) == 0 {
				t.Errorf("%s: nobody knows when %s is healthy", name, service)
			}
		}
		if restart := project.Services["provision"].Restart; restart != types.RestartPolicyNo {
			t.Errorf("%s: provision restarts %q", name, restart)
		}
	}
}

func TestOurContainersMayDoNothing(t *testing.T) {
	t.Parallel()
	for _, service := range load(t, top+"/deploy/simulated.env").Services {
		if service.Build == nil {
			continue
		}
		if !service.ReadOnly || !slices.Equal(service.CapDrop, []string{"ALL"}) || !slices.Contains(service.SecurityOpt, "no-new-privileges:true") {
			t.Errorf("%s may do more than it needs", service.Name)
		}
	}
}

func TestSecretsComeFromOutside(t *testing.T) {
	t.Parallel()
	secret := func(project *types.Project) string {
		return *project.Services["worker"].Environment["CONTOSO_CLIENT_SECRET"]
	}
	if got := secret(load(t)); got != "" {
		t.Errorf("the file itself holds a secret of %d bytes", len(got))
	}
	if secret(load(t, top+"/deploy/simulated.env")) == "" {
		t.Error("the variables of simulated.env do not reach the worker")
	}
	text, err := os.ReadFile(top + "/docker-compose.yml")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		if strings.Contains(key, "SECRET") && !strings.HasPrefix(key, "#") && !strings.HasPrefix(value, "${") {
			t.Errorf("a secret that is not a reference: %s", key)
		}
	}
}
