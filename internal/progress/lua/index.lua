#!lua
-- Brings the indexes up to the rows of one batch, each unless a newer one is there, and then the watermark.
-- KEYS: rows, then waiting, counts, steps, watermark, rebuild; the sorted sets' names begin with ARGV[1] and share their slot.
-- ARGV: beginning of the index keys, incarnation of the stream, highest revision of the batch, its time, the revision that this
-- worker knows to have been applied before, then for each request its tokens, its row and the steps that it has done.
-- Returns 1 when the watermark covers the batch, 2 when there is none to move (the picture has to be rebuilt, or is being), and 0 when
-- what was applied before is no longer there: the picture went back in time, and its watermark is taken away.
local rows, waiting, counts, steps, watermark, rebuild = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local kept = 64 -- finished runs of a step, the newest ones

local function set(list)
  local out = {}
  for _, name in ipairs(list) do
    out[name] = true
  end
  return out
end

local function add(name, by)
  if redis.call('HINCRBY', counts, name, by) == 0 then
    redis.call('HDEL', counts, name)
  end
end

local function learn(step)
  local runs = redis.call('HGET', steps, step.name)
  runs = runs and runs .. ' ' .. step.run or step.run
  local _, others = string.gsub(runs, ' ', ' ')
  for _ = kept, others do
    runs = string.sub(runs, string.find(runs, ' ', 1, true) + 1)
  end
  redis.call('HSET', steps, step.name, runs)
end

local function change(tokens, json, done)
  local new = cjson.decode(json)
  local old = redis.call('HGET', rows, tokens)
  old = old and cjson.decode(old) or { seq = '0', ['in'] = {}, step = 0 }
  if tonumber(new.seq) <= tonumber(old.seq) then
    return
  end
  local was, is = set(old['in']), set(new['in'])
  local moved = old.member ~= new.member
  for name in pairs(was) do
    if moved or not is[name] then
      redis.call('ZREM', ARGV[1] .. name, old.member)
    end
  end
  for name in pairs(is) do
    if moved or not was[name] then
      redis.call('ZADD', ARGV[1] .. name, 0, new.member)
    end
  end
  if old.count ~= new.count then
    if old.count then
      add(old.count, -1)
    end
    add(new.count, 1)
  end
  if new.stop == '' then
    redis.call('ZREM', waiting, tokens)
  elseif old.stop ~= new.stop then
    redis.call('ZADD', waiting, new.since, tokens)
  end
  for _, step in ipairs(cjson.decode(done)) do
    if step.index >= old.step then
      learn(step)
    end
  end
  redis.call('HSET', rows, tokens, json)
end

for i = 6, #ARGV, 3 do
  change(ARGV[i], ARGV[i + 1], ARGV[i + 2])
end

local mark = redis.call('HMGET', watermark, 'incarnation', 'revision')
if not mark[1] then
  if redis.call('EXISTS', rebuild) == 1 then
    local applied = tonumber(redis.call('HGET', rebuild, 'applied') or '0')
    if applied < tonumber(ARGV[3]) then
      redis.call('HSET', rebuild, 'applied', ARGV[3])
    end
  end
  return 2
end
if mark[1] ~= ARGV[2] then
  return 2
end
if tonumber(mark[2]) < tonumber(ARGV[5]) then
  redis.call('DEL', watermark)
  return 0
end
if tonumber(mark[2]) < tonumber(ARGV[3]) then
  redis.call('HSET', watermark, 'revision', ARGV[3], 'at', ARGV[4])
end
return 1
