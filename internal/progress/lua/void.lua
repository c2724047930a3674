#!lua
-- After a wipe: when another rebuild began meanwhile, what it wrote may have been wiped too, so that neither is complete.
-- KEYS: watermark, rebuild. ARGV: token. Returns 0 when another one began.
if redis.call('HGET', KEYS[2], 'token') == ARGV[1] then
  return 1
end
redis.call('DEL', KEYS[1], KEYS[2])
return 0
