#!lua
-- Begins a rebuild: from now on the picture is incomplete, and only the last who began may call it complete.
-- KEYS: watermark, rebuild. ARGV: token of the rebuild.
redis.call('DEL', KEYS[1], KEYS[2])
redis.call('HSET', KEYS[2], 'token', ARGV[1])
return 1
