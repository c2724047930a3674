#!lua flags=no-writes
-- Walks the smallest of some sorted sets from its end and collects the members that all of them have.
-- KEYS: the sorted sets. ARGV: where to begin ('+', or '(' and a member), how many to collect, how many to look at at most.
-- Returns the last member looked at ('' when the set ended), then the members.
local smallest, size = 1, redis.call('ZCARD', KEYS[1])
for i = 2, #KEYS do
  local card = redis.call('ZCARD', KEYS[i])
  if card < size then
    smallest, size = i, card
  end
end
local from, want, looks = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local out = { '' }
while looks > 0 do
  local chunk = redis.call('ZREVRANGEBYLEX', KEYS[smallest], from, '-', 'LIMIT', 0, 100)
  for _, member in ipairs(chunk) do
    local everywhere = true
    for i = 1, #KEYS do
      if i ~= smallest and everywhere and not redis.call('ZSCORE', KEYS[i], member) then
        everywhere = false
      end
    end
    if everywhere then
      out[#out + 1] = member
    end
    if #out > want then
      out[1] = member
      return out
    end
    from = '(' .. member
  end
  if #chunk < 100 then
    return out
  end
  looks = looks - #chunk
end
out[1] = string.sub(from, 2)
return out
