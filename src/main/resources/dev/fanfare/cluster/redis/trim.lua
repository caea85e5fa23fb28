-- Removes the oldest events beyond the bounds, one step, with the receipts and ids that end with them.
--
-- KEYS  log, meta, receipts, ids, later
-- ARGV  most events, most milliseconds of age, most bytes, most entries in this step, whether it is a round's first step (1, 0),
--       milliseconds between rounds, milliseconds after which a node that has not appended is forgotten
-- Result  how many entries were removed; -1 if another node has had its turn just now

local log, meta, receipts, idsKey, later = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local mostEvents, mostAge, mostBytes, step = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])

local function n(x) return string.format('%.0f', x) end

local m = redis.call('HMGET', meta, 'b', 'w', 'e', 'n')
if not m[3] then return 0 end
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(time[2] / 1000)
if ARGV[5] == '1' then
  -- A clock that went back must not stop trimming.
  if m[2] and math.abs(now - tonumber(m[2])) < tonumber(ARGV[6]) then return -1 end
  redis.call('HSET', meta, 'w', n(now))
  if redis.call('HLEN', meta) > 64 then
    local fields = redis.call('HGETALL', meta)
    for i = 1, #fields, 2 do
      local stamp = string.sub(fields[i], 1, 2) == 's:' and string.match(fields[i + 1], '^%d+ (%d+) ')
      if stamp and now - tonumber(stamp) > tonumber(ARGV[7]) then redis.call('HDEL', meta, fields[i]) end
    end
  end
end

-- An entry goes once those behind it fill a bound alone, so that less than an entry is kept beyond it.
local bytes, kept = tonumber(m[1]), tonumber(m[4] or 0)
local removed, events, last = 0, 0, nil
for _, entry in ipairs(redis.call('XRANGE', log, '-', '+', 'COUNT', step)) do
  local fields = entry[2]
  local records = 0
  for i = 5, #fields, 2 do
    if fields[i] == 'r' then records = records + 1 end
  end
  local isOld = now - tonumber(fields[2]) > mostAge
  local fill = kept - events - records >= mostEvents or bytes - tonumber(fields[4]) >= mostBytes
  if not isOld and not fill then break end
  last = string.match(entry[1], '^%d+')
  removed = removed + 1
  events = events + records
  for i = 5, #fields, 2 do
    if fields[i] == 'k' then
      local receipt = redis.call('HGET', receipts, fields[i + 1])
      if receipt and tonumber(string.match(receipt, '^%d+ (%d+) ')) <= tonumber(last) then
        redis.call('HDEL', receipts, fields[i + 1])
      end
    elseif fields[i] == 'i' then
      for id in string.gmatch(fields[i + 1], '%S+') do
        if tonumber(redis.call('HGET', idsKey, id) or 0) <= tonumber(last) then redis.call('HDEL', idsKey, id) end
      end
    end
  end
end
if removed == 0 then return 0 end
redis.call('XTRIM', log, 'MINID', n(tonumber(last) + 1) .. '-0')
redis.call('HSET', meta, 'k', last, 'n', n(math.max(0, kept - events)))
local orphans = redis.call('ZRANGEBYSCORE', later, '-inf', last, 'LIMIT', 0, 1000)
for _, key in ipairs(orphans) do
  redis.call('HDEL', receipts, key)
  redis.call('ZREM', later, key)
end
return removed
