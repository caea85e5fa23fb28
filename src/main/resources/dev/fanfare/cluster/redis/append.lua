-- Appends a batch in one step; answers a batch that is known again.
--
-- KEYS  log, meta, receipts, ids, later
-- ARGV  epoch, known head, node, sequence, number of publications; then for each publication:
--       number of records, number of ids, seen (-1: any), key ('' for none), content, the records, the ids
-- Result  {'OK', first, odd} | {'EPOCH', epoch} | {'BEHIND', head} | {'STALE', sequence}
--
-- Scripts are not undone when they fail. So everything that can be wrong is found out before the first write.
-- Numbers are written by n(): the ordinary conversion of 2^53 is 9.007e+15.

local log, meta, receipts, idsKey, later = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]

-- An entry ends with these; the second bounds what a reader gets at once.
local mostRecords, mostEntryBytes = 500, 524288

local function n(x) return string.format('%.0f', x) end

local m = redis.call('HMGET', meta, 'e', 'h', 'b', 's:' .. ARGV[3])
if m[1] ~= ARGV[1] then return {'EPOCH', m[1] or ''} end
local head, bytes = tonumber(m[2]), tonumber(m[3])
if head < tonumber(ARGV[2]) then return {'BEHIND', m[2]} end
if m[4] then
  local last, first, odd = string.match(m[4], '^(%d+) %d+ (%d+) (.*)$')
  if tonumber(last) == tonumber(ARGV[4]) then return {'OK', first, odd} end
  if tonumber(last) > tonumber(ARGV[4]) then return {'STALE', last} end
end

-- What becomes of each publication. `odd` tells of those that are not appended: number, kind, position, length, content.
local accepted, odd = {}, {}
local newKeys, newIds = {}, {}
local position = head
local at = 6
for i = 1, tonumber(ARGV[5]) do
  local records, ids, seen = tonumber(ARGV[at]), tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2])
  local key, content = ARGV[at + 3], ARGV[at + 4]
  local from = at + 5
  at = from + records + ids
  local known = key ~= '' and (newKeys[key] or redis.call('HGET', receipts, key))
  local newest = 0
  if not known and seen >= 0 then
    for j = from + records, at - 1 do
      newest = math.max(newest, newIds[ARGV[j]] or tonumber(redis.call('HGET', idsKey, ARGV[j]) or 0))
    end
  end
  if known then
    local first, text = string.match(known, '^(%d+) %d+ (.*)$')
    odd[#odd + 1] = n(i) .. ' R ' .. first .. ' ' .. n(#text) .. ' ' .. text
  elseif seen >= 0 and newest > seen then
    odd[#odd + 1] = n(i) .. ' O ' .. n(newest) .. ' 0 '
  else
    local first = position + (records > 0 and 1 or 0)
    position = position + records
    if key ~= '' then newKeys[key] = n(first) .. ' ' .. n(position) .. ' ' .. content end
    for j = from + records, at - 1 do newIds[ARGV[j]] = position end
    accepted[#accepted + 1] = {from, records, ids, key}
    if key ~= '' and records == 0 then redis.call('ZCARD', later) end
  end
end

local time = redis.call('TIME')
local stamp = time[1] .. string.format('%03d', math.floor(time[2] / 1000))

-- Records lie together in entries, which costs Redis far less than one entry each: an entry has the position of its last record.
local entry, inEntry, entryBytes
local function open()
  entry, inEntry, entryBytes = {'t', stamp, 'b', ''}, 0, 0
end
local function add(field, value)
  entry[#entry + 1] = field
  entry[#entry + 1] = value
end
local function write(last)
  entry[4] = n(bytes)
  redis.call('XADD', log, n(last) .. '-0', unpack(entry))
  open()
end

open()
position = head
for _, each in ipairs(accepted) do
  local from, records, ids, key = each[1], each[2], each[3], each[4]
  for j = from, from + records - 1 do
    if inEntry >= mostRecords or entryBytes >= mostEntryBytes then write(position) end
    position = position + 1
    bytes = bytes + #ARGV[j]
    inEntry = inEntry + 1
    entryBytes = entryBytes + #ARGV[j]
    add('r', ARGV[j])
  end
  if records > 0 then
    -- The entry with the last record of a publication names what has to go when it goes.
    if key ~= '' then add('k', key) end
    if ids > 0 then add('i', table.concat(ARGV, ' ', from + records, from + records + ids - 1)) end
  elseif key ~= '' then
    redis.call('ZADD', later, n(position), key)
  end
end
if inEntry > 0 then write(position) end
for key, value in pairs(newKeys) do redis.call('HSET', receipts, key, value) end
for id, newest in pairs(newIds) do redis.call('HSET', idsKey, id, n(newest)) end
local first, oddText = n(head + 1), table.concat(odd)
redis.call('HINCRBY', meta, 'n', n(position - head))
redis.call('HSET', meta, 'h', n(position), 'b', n(bytes),
  's:' .. ARGV[3], ARGV[4] .. ' ' .. stamp .. ' ' .. first .. ' ' .. oddText)
return {'OK', first, oddText}
