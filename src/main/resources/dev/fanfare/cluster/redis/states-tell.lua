-- Tells values and notes, of whoever owns them.
--
-- KEYS  stream, meta, then the value of each telling
-- ARGV  most entries of the stream, most bytes of a value in an entry, how long a value is kept in ms; then for each telling:
--       owner, generation, number, whether it is a note (1, 0), the bytes, the key as nodes know it
-- Result  the numbers of those that were refused, counted from 1
--
-- What is told again under the same number was told already: its answer was lost.

local stream, meta, most, inline, keep = KEYS[1], KEYS[2], ARGV[1], tonumber(ARGV[2]), ARGV[3]
local function n(x) return string.format('%.0f', x) end

local time = redis.call('TIME')
local now = n(time[1] * 1000 + math.floor(time[2] / 1000))
local entry = redis.call('HGET', meta, 'n')
entry = entry and tonumber(entry) or time[1] * 1000000 + time[2]

local refused = {}
for i = 3, #KEYS do
  local at = 4 + (i - 3) * 6
  local owner, generation, number, isNote, bytes, name =
    ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3] == '1', ARGV[at + 4], ARGV[at + 5]
  local w = redis.call('HMGET', KEYS[i], 'o', 'g', 'n')
  if not w[1] or w[2] ~= generation then
    refused[#refused + 1] = i - 2
  elseif tonumber(number) > tonumber(w[3]) then
    local stamp = owner .. ' ' .. generation .. ' ' .. number
    entry = entry + 1
    local kind = 'v'
    if isNote then
      kind = 'e'
      redis.call('HSET', KEYS[i], 'n', number, 'e', bytes, 'es', stamp)
    else
      redis.call('HDEL', KEYS[i], 'e', 'es')
      redis.call('HSET', KEYS[i], 'n', number, 'v', bytes, 's', stamp, 'f', now)
      if #bytes > inline then kind, bytes = 'l', '' end
    end
    redis.call('PEXPIRE', KEYS[i], keep)
    redis.call('XADD', stream, 'MAXLEN', '~', most, n(entry) .. '-0', kind, bytes, 'w', name, 's', stamp)
  end
end
redis.call('HSET', meta, 'n', n(entry))
return refused
