// Package devstack runs the servers of a deployment inside one process, on loopback, for development, the demo and tests: NATS with
// JetStream on disk, a Redis in memory, and the simulated Microsoft 365 tenant.
//
//	stack, err := devstack.Start(ctx, devstack.Options{Dir: dir})
//	defer stack.Close()
//	stack.NATS.URL()       // nats://127.0.0.1:41234
//	stack.Redis.URL()      // redis://127.0.0.1:41235
//	stack.Tenant.BaseURL() // http://127.0.0.1:41236
//
// Each part also starts by itself ([StartNATS], [StartRedis], [StartTenant]). A part that was started answers. Streams are not made here: that
// is provisioning, and the caller's job. What is in Dir survives a restart, so a journal can be met again; the Redis starts empty
// and the picture comes back from the journal.
package devstack
