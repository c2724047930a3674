#!lua flags=no-writes
-- Counts a tenant's requests by status, at one moment.
-- KEYS: watermark, all of the tenant, then one sorted set for each status. ARGV: incarnation of the stream, form of the picture.
-- Returns how many there are in all and in each status, or nothing when the picture is not complete.
local mark = redis.call('HMGET', KEYS[1], 'incarnation', 'form')
if mark[1] ~= ARGV[1] or mark[2] ~= ARGV[2] then
  return {}
end
local out = {}
for i = 2, #KEYS do
  out[i - 1] = redis.call('ZCARD', KEYS[i])
end
return out
