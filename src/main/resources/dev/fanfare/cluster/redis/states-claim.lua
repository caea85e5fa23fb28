-- Claims values that no living node looks after, and tells how each stands.
--
-- KEYS  meta, then the values
-- ARGV  node, what the keys of nodes begin with, highest generation known, how long a value is kept in ms
-- Result  for each value: owner, generation, value, its stamp, ms since it was last said to hold, note, its stamp
--
-- A generation is given once. Where the counter is gone, it begins anew at the time in microseconds, far above all before.

local meta, node, nodes, keep = KEYS[1], ARGV[1], ARGV[2], ARGV[4]
local function n(x) return string.format('%.0f', x) end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local before = tonumber(redis.call('HGET', meta, 'g') or 0)
local generation = before > 0 and before or time[1] * 1000000 + time[2]
if generation < tonumber(ARGV[3]) then generation = tonumber(ARGV[3]) end

local answer = {}
for i = 2, #KEYS do
  local w = redis.call('HMGET', KEYS[i], 'o', 'g', 'v', 's', 'f', 'e', 'es')
  if not w[1] or redis.call('EXISTS', nodes .. w[1]) == 0 then
    generation = generation + 1
    w[1], w[2] = node, n(generation)
    redis.call('HSET', KEYS[i], 'o', node, 'g', w[2], 'n', '0')
    redis.call('PEXPIRE', KEYS[i], keep)
  end
  local age = w[5] and n(math.max(0, now - w[5])) or '0'
  answer[#answer + 1] = {w[1], w[2], w[3], w[4], age, w[6], w[7]}
end
if generation > before then redis.call('HSET', meta, 'g', n(generation)) end
return answer
