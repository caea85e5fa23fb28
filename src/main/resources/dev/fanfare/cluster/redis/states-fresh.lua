-- Says that values hold.
--
-- KEYS  stream, meta, then the values
-- ARGV  most entries of the stream, how long a value is kept in ms; then for each value: generation, number, age in ms
-- Result  the numbers of those that were refused, counted from 1

local stream, meta, most, keep = KEYS[1], KEYS[2], ARGV[1], ARGV[2]
local function n(x) return string.format('%.0f', x) end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local refused, fresh = {}, {}
for i = 3, #KEYS do
  local at = 3 + (i - 3) * 3
  local w = redis.call('HMGET', KEYS[i], 'o', 'g', 'n')
  if not w[1] or w[2] ~= ARGV[at] then
    refused[#refused + 1] = i - 2
  elseif tonumber(ARGV[at + 1]) > tonumber(w[3]) then
    redis.call('HDEL', KEYS[i], 'e', 'es')
    redis.call('HSET', KEYS[i], 'n', ARGV[at + 1], 'f', n(now - ARGV[at + 2]))
    redis.call('PEXPIRE', KEYS[i], keep)
    fresh[#fresh + 1] = ARGV[at] .. ' ' .. ARGV[at + 1] .. ' ' .. ARGV[at + 2]
  end
end
if #fresh > 0 then
  local entry = redis.call('HGET', meta, 'n')
  entry = (entry and tonumber(entry) or time[1] * 1000000 + time[2]) + 1
  redis.call('XADD', stream, 'MAXLEN', '~', most, n(entry) .. '-0', 'f', table.concat(fresh, ' '))
  redis.call('HSET', meta, 'n', n(entry))
end
return refused
