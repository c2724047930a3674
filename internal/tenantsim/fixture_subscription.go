package tenantsim

import "time"

// Subscription is what an app asked change notifications for, see
// https://learn.microsoft.com/graph/api/resources/subscription
type Subscription struct {
	ID              string    `yaml:"id"`
	App             string    `yaml:"app"`      // App Id of the app that made it
	Resource        string    `yaml:"resource"` // such as chats/getAllMessages
	ChangeType      string    `yaml:"changeType"`
	NotificationURL string    `yaml:"notificationUrl"`
	Expires         time.Time `yaml:"expires"` // none: the end of 2099, later than the service grants
}
