-- Gives up values that a node owns.
--
-- KEYS  stream, meta, then the values
-- ARGV  node, most entries of the stream, how long a value without an owner is kept in ms; then the key of each value as nodes
--       know it
-- Result  {how many}

local stream, meta, node, most, keep = KEYS[1], KEYS[2], ARGV[1], ARGV[2], ARGV[3]
local function n(x) return string.format('%.0f', x) end

local time = redis.call('TIME')
local freed = {'x', ''}
for i = 3, #KEYS do
  if redis.call('HGET', KEYS[i], 'o') == node then
    redis.call('HDEL', KEYS[i], 'o')
    redis.call('PEXPIRE', KEYS[i], keep)
    freed[#freed + 1] = 'w'
    freed[#freed + 1] = ARGV[i + 1]
  end
end
if #freed > 2 then
  local entry = redis.call('HGET', meta, 'n')
  entry = (entry and tonumber(entry) or time[1] * 1000000 + time[2]) + 1
  redis.call('XADD', stream, 'MAXLEN', '~', most, n(entry) .. '-0', unpack(freed))
  redis.call('HSET', meta, 'n', n(entry))
end
return {#freed / 2 - 1}
