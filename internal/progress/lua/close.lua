#!lua
-- Closes a tenant's gate for a time, unless it is closed for longer already.
-- KEYS: the gate. ARGV: milliseconds, until when in words. Returns how long it stays closed; -1 for good.
local left = redis.call('PTTL', KEYS[1])
if left == -1 or left >= tonumber(ARGV[1]) then
  return left
end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[1])
return tonumber(ARGV[1])
