#!lua
-- Ends a rebuild: sets the watermark, to what was applied meanwhile if that is higher.
-- KEYS: watermark, rebuild. ARGV: token, incarnation of the stream, revision, time, form of the picture. Returns 0 when another rebuild began.
if redis.call('HGET', KEYS[2], 'token') ~= ARGV[1] then
  return 0
end
local applied = redis.call('HGET', KEYS[2], 'applied')
local revision = ARGV[3]
if applied and tonumber(applied) > tonumber(revision) then
  revision = applied
end
redis.call('HSET', KEYS[1], 'incarnation', ARGV[2], 'revision', revision, 'at', ARGV[4], 'form', ARGV[5])
redis.call('DEL', KEYS[2])
return 1
