/**
 * One call against a sliding window. The key is a list of the times of the counted requests, oldest first, in
 * microseconds of the server's clock: one clock for all processes. Times are whole numbers below 2^53, so they are exact
 * in Lua.
 *
 * KEYS[1] the list. ARGV: limit, window in microseconds, requests to count (at most the limit).
 * Returns {allowed, counted requests, microseconds until enough of them have left the window to make room}.
 */
export const SLIDING_WINDOW = `
local limit = tonumber(ARGV[1])
local window = tonumber(ARGV[2])
local cost = tonumber(ARGV[3])
local clock = redis.call('TIME')
local now = tonumber(clock[1]) * 1000000 + tonumber(clock[2])

-- A clock that was set back a little stands still until it has caught up; after a leap the list means nothing.
local newest = tonumber(redis.call('LINDEX', KEYS[1], -1) or 0)
if newest > now then
  if newest - now > window then redis.call('DEL', KEYS[1]) else now = newest end
end

local oldest = tonumber(redis.call('LINDEX', KEYS[1], 0) or now)
while oldest <= now - window do
  redis.call('LPOP', KEYS[1])
  oldest = tonumber(redis.call('LINDEX', KEYS[1], 0) or now)
end

local count = redis.call('LLEN', KEYS[1])
local allowed = 0
if count + cost <= limit then
  allowed = 1
  local time = string.format('%.0f', now)
  for _ = 1, cost do count = redis.call('RPUSH', KEYS[1], time) end
  redis.call('PEXPIRE', KEYS[1], math.ceil(window / 1000) + 1)
end

-- Several requests must leave before there is room for several, or with a limit lowered meanwhile.
local leaves = allowed == 1 and 0 or count + cost - limit - 1
local leaving = tonumber(redis.call('LINDEX', KEYS[1], leaves) or now)
return {allowed, count, leaving + window - now}
`;
