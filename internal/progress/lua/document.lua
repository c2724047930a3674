#!lua
-- Puts a request's progress document unless a newer one is there.
-- KEYS: the document, its seq. ARGV: seq, document. Returns 1 when it was put.
local have = tonumber(redis.call('GET', KEYS[2]) or '0')
if tonumber(ARGV[1]) <= have and redis.call('EXISTS', KEYS[1]) == 1 then
  return 0
end
redis.call('SET', KEYS[1], ARGV[2])
redis.call('SET', KEYS[2], ARGV[1])
return 1
