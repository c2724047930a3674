#!lua
-- Counts one call against a tenant's budget, as throttle.State.Admit does, by the server's clock.
-- KEYS: the gate, when the next call is due. ARGV: microseconds between two calls, microseconds that a burst may run ahead.
-- Returns how long the gate stays closed in milliseconds (-2: it is open, -1: for good), and in microseconds how long to wait.
local left = redis.call('PTTL', KEYS[1])
if left ~= -2 then
  return { left, 0 }
end
local clock = redis.call('TIME')
local now = tonumber(clock[1]) * 1000000 + tonumber(clock[2])
local interval, tolerance = tonumber(ARGV[1]), tonumber(ARGV[2])
local due = math.max(now, tonumber(redis.call('GET', KEYS[2]) or '0'))
local wait = due - now - tolerance
if wait > 0 then
  return { -2, wait }
end
due = due + interval
redis.call('SET', KEYS[2], due, 'PX', math.ceil((due - now) / 1000))
return { -2, 0 }
