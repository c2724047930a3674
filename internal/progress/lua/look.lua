#!lua flags=no-writes
-- Looks at a tenant's gate and budget without counting a call.
-- KEYS: the gate, when the next call is due. Returns how long the gate stays closed in milliseconds (-2: it is open, -1: for good), and in
-- microseconds how far off the next call is that the budget's pace would have; 0 when it is due.
local clock = redis.call('TIME')
local now = tonumber(clock[1]) * 1000000 + tonumber(clock[2])
local due = tonumber(redis.call('GET', KEYS[2]) or '0')
return { redis.call('PTTL', KEYS[1]), math.max(0, due - now) }
