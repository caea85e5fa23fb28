-- Tells where the log stands; makes a log where there is none, and a new life where something is lost.
--
-- KEYS  log, meta, receipts, ids, later
-- ARGV  known head, known epoch ('' for none), known lives, name for a new life, jump, most lives,
--       whether another run of the engine may have lost something (1, 0), base of the byte chain for a new log,
--       epoch whose chain was found broken ('' for none), version of this layout, position up to which the log has to let go of
--       events, since some are missing there (0 for none)
-- Result  {'OK', lives, keptAfter, head} | {'FOREIGN', key, type} | {'VERSION', version}
--
-- Lives are written as "epoch from lostAfter" with commas between; the present one has "-" for lostAfter.

local log, meta, receipts, idsKey, later = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local known, epoch, knownLives, newEpoch = tonumber(ARGV[1]), ARGV[2], ARGV[3], ARGV[4]
local jump, mostLives, mayLose, base, broken, version, missing =
  tonumber(ARGV[5]), tonumber(ARGV[6]), ARGV[7] == '1', ARGV[8], ARGV[9], ARGV[10], tonumber(ARGV[11])

local function n(x) return string.format('%.0f', x) end

for key, expected in pairs({[log] = 'stream', [meta] = 'hash', [receipts] = 'hash', [idsKey] = 'hash', [later] = 'zset'}) do
  local found = redis.call('TYPE', key).ok
  if found ~= 'none' and found ~= expected then return {'FOREIGN', key, found} end
end
local m = redis.call('HMGET', meta, 'v', 'e', 'h', 'k', 'l', 'r', 'n')
if not m[1] and redis.call('EXISTS', meta) == 1 then return {'FOREIGN', meta, 'hash'} end
if m[1] and m[1] ~= version then return {'VERSION', m[1]} end

local run = ''
local info = redis.pcall('INFO', 'server')
if type(info) == 'string' then run = string.match(info, 'run_id:(%w+)') or '' end

-- The lives but for the last one's end, which is where the log has what is valid.
local function ended(lives, lostAfter)
  return (string.gsub(lives, '(%d+) %-$', function(from)
    return from .. ' ' .. n(math.max(lostAfter, tonumber(from) - 1))
  end))
end

local function begin(before, from)
  local lives = before == '' and '' or before .. ','
  lives = lives .. newEpoch .. ' ' .. n(from) .. ' -'
  local _, count = string.gsub(lives, ',', '')
  while count >= mostLives do
    lives = string.gsub(lives, '^[^,]*,', '')
    count = count - 1
  end
  local head, keptAfter = n(from - 1), m[4]
  if broken ~= '' and broken == m[2] and missing > tonumber(keptAfter) then
    -- A hole that stays would be found again, in this life and by each node that comes.
    keptAfter = n(missing)
    redis.call('XTRIM', log, 'MINID', n(missing + 1) .. '-0')
    redis.call('HSET', meta, 'n', n(math.max(0, math.min(tonumber(m[7] or 0), tonumber(m[3]) - missing))))
  end
  if redis.call('XLEN', log) == 0 then
    keptAfter = head
    redis.call('HSET', meta, 'n', 0)
  end
  redis.call('HSET', meta, 'v', version, 'e', newEpoch, 'h', head, 'k', keptAfter, 'l', lives, 'r', run)
  redis.call('HSETNX', meta, 'b', base)
  return {'OK', lives, keptAfter, head}
end

if not m[1] then
  -- A stream without its meta: what it holds is worth nothing, but its positions are not given out again.
  local last = redis.call('EXISTS', log) == 1 and redis.call('XREVRANGE', log, '+', '-', 'COUNT', 1)[1]
  if last then
    if last[2][1] ~= 't' or last[2][3] ~= 'b' or last[2][5] ~= 'r' then return {'FOREIGN', log, 'stream'} end
    known = math.max(known, tonumber(string.match(last[1], '^%d+')))
  end
  redis.call('DEL', log, receipts, idsKey, later)
  return begin(ended(knownLives, 0), known > 0 and known + jump or 1)
end

local head, keptAfter = tonumber(m[3]), tonumber(m[4])
local from = tonumber(string.match(m[5], '(%d+) %-$'))
local valid = head
if head > keptAfter and redis.call('XLEN', log) == 0 then valid = keptAfter end
if valid < head
  or broken == m[2]
  or m[6] == 'restored' -- by an operator's hand, after a backup was put back
  or (mayLose and run ~= '' and m[6] ~= '' and run ~= m[6])
  or (known >= from and (epoch ~= m[2] or known > head)) then
  return begin(ended(m[5], valid), math.max(known, head) + jump)
end
if run ~= '' and run ~= m[6] then redis.call('HSET', meta, 'r', run) end
return {'OK', m[5], m[4], m[3]}
