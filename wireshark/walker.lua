-- Walks octets by the tables. No message is known here.

local pc5 = Proto("pc5", "ProSe PC5")
local prose = Proto("prose", "ProSe keys in Diameter")
local malformed = ProtoExpert.new("pc5.malformed", "Malformed", expert.group.MALFORMED, expert.severity.ERROR)
local opaque = ProtoExpert.new("pc5.opaque", "Not of the form expected", expert.group.UNDECODED, expert.severity.WARN)
pc5.experts = { malformed, opaque }

local secondsFrom1900To1970 = 2208988800
local unsigned = { ProtoField.uint8, ProtoField.uint16, ProtoField.uint24, ProtoField.uint32 }

local function number(field)
  local make = unsigned[field.size] or ProtoField.uint32
  return make(field.abbreviation, field.name, base.DEC, field.names, field.mask)
end
local function octets(field) return ProtoField.bytes(field.abbreviation, field.name, base.NONE) end
local function text(field) return ProtoField.string(field.abbreviation, field.name) end

local makers = {
  number = number,
  seconds = number,
  names = number,
  bits = number,
  hex = octets,
  text = text,
  imsi = text,
  hidden = text,
  flags = text,
  types = text,
  parts = function(field) return field.shown and text(field) or octets(field) end,
  time = function(field) return ProtoField.absolute_time(field.abbreviation, field.name, base.UTC) end,
  group = function(field) return ProtoField.none(field.abbreviation, field.name) end,
}

local registered = {}
local ofPc5, ofProse = {}, {}
for index, field in ipairs(tables.fields) do
  registered[index] = makers[field.kind](field)
  table.insert(field.abbreviation:sub(1, 4) == "pc5." and ofPc5 or ofProse, registered[index])
end
pc5.fields = ofPc5
prose.fields = ofProse

local function fault(tree, why) tree:add_proto_expert_info(malformed, why) end

-- Where each part stands; nil when they do not fit.
local function locate(parts, range)
  local fixed, at, found = 0, 0, {}
  for _, part in ipairs(parts) do fixed = fixed + (part.size or part.lengthSize or 0) end
  for _, part in ipairs(parts) do
    local length = part.size or range:len() - fixed
    if part.lengthSize then
      if at + part.lengthSize > range:len() then return nil end
      length = range:range(at, part.lengthSize):uint()
      at = at + part.lengthSize
    end
    if length < 0 or at + length > range:len() then return nil end
    table.insert(found, { field = part.field, range = range:range(at, length) })
    at = at + length
  end
  return found
end

-- MCC, MNC and the last two digits.
local function maskedImsi(range)
  local digits = ""
  for at = 0, range:len() - 1 do
    local octet = range:range(at, 1):uint()
    digits = digits .. string.format("%x%x", octet % 16, math.floor(octet / 16))
  end
  digits = digits:gsub("f$", "")
  if #digits <= 7 then return string.rep("\194\183", #digits) end
  return digits:sub(1, 5) .. string.rep("\194\183", #digits - 7) .. digits:sub(-2)
end

local function flagNames(flags, range)
  local set = {}
  for index, name in ipairs(flags) do
    local octet = range:range(math.floor((index - 1) / 8), 1):uint()
    if math.floor(octet / 2 ^ (7 - (index - 1) % 8)) % 2 == 1 then table.insert(set, name) end
  end
  return table.concat(set, " ")
end

local function hexOf(range) return range:len() == 0 and "" or range:bytes():tohex(true) end

local texts = {
  text = function(range) return range:len() == 0 and "" or range:string() end,
  imsi = maskedImsi,
  hidden = function(range) return range:len() .. " octets" end,
  hex = hexOf,
}

local function typeOf(field, range) return range:range(0, 1):uint() % (field.typeMask + 1) end

-- What a field that is shown as text says; nil for other fields.
local function textOf(field, range)
  if field.kind == "flags" then return flagNames(field.flags, range) end
  if field.kind == "types" then
    local known = field.types[typeOf(field, range)]
    return texts[known and known.kind or "hex"](range:range(1, range:len() - 1))
  end
  if field.kind == "parts" then
    local found = field.shown and locate(field.parts, range)
    return found and textOf(tables.fields[found[field.shown].field], found[field.shown].range)
  end
  return field.kind ~= "hex" and texts[field.kind] and texts[field.kind](range)
end

local add

local function addInside(item, field, range)
  if field.kind == "seconds" then item:append_text(" s") end
  for _, bit in ipairs(field.bits or {}) do
    if math.floor(range:uint() / bit[1]) % 2 == 1 then item:append_text(" " .. bit[2]) end
  end
  if field.kind == "types" then
    local type = typeOf(field, range)
    local known = field.types[type]
    item:add(range:range(0, 1), string.format("Type: %s (%d)", known and known.name or "Unknown", type))
  end
  if field.kind ~= "parts" then return end
  local found = locate(field.parts, range)
  if not found then return item:add_proto_expert_info(opaque, field.name .. ": its parts do not fit") end
  for _, part in ipairs(found) do add(item, part.field, part.range) end
end

-- One element of the tables, over the octets of its value.
function add(tree, index, range)
  local field = tables.fields[index]
  if field.size > 0 and range:len() ~= field.size then
    local item = tree:add(range, field.name)
    fault(item, string.format("%s: %d octets, not %d", field.name, range:len(), field.size))
    return item
  end
  local said = textOf(field, range)
  local item
  if said then
    item = tree:add(registered[index], range, said)
  elseif field.kind == "time" then
    item = tree:add(registered[index], range, NSTime.new(range:uint() - secondsFrom1900To1970))
  else
    item = tree:add(registered[index], range)
  end
  addInside(item, field, range)
  return item
end

local function addRows(tree, rows, range)
  for _, row in ipairs(rows) do add(tree, row.field, range:range(row.at, row.size)) end
end

-- PC5 signalling

local own = tables.pc5.own

-- One element with its IEI and length; the first octet behind it, or nil when it does not fit.
local function addElement(tree, row, range, at)
  local headed = at + (row.iei and 1 or 0)
  local from = headed + row.lengthSize
  local name = tables.fields[row.field].name
  if from > range:len() then return fault(tree, name .. ": cut short") end
  local length = row.lengthSize == 0 and row.min or range:range(headed, row.lengthSize):uint()
  if length < row.min or length > row.max then
    return fault(tree, string.format("%s: %d octets, %d to %d are allowed", name, length, row.min, row.max))
  end
  if from + length > range:len() then return fault(tree, name .. ": cut short") end
  local item = add(tree, row.field, range:range(from, length))
  if row.iei then add(item, own.iei, range:range(at, 1)) end
  if row.lengthSize > 0 then add(item, own.length, range:range(headed, row.lengthSize)) end
  return from + length
end

local function optionalAt(message, range, at)
  for index, row in ipairs(message.others) do
    if row.iei == range:range(at, 1):uint() then return index, row end
  end
end

local function addSignalling(tree, range)
  local message = range:len() > 0 and tables.pc5.messages[range:range(0, 1):uint()]
  if not message then return fault(tree, "no message of PC5 signalling") end
  add(tree, own.messageType, range:range(0, 1))
  local at, reached, forms = 1, 0, 0
  for _, row in ipairs(message.mandatory) do
    at = addElement(tree, row, range, at)
    if not at then return message.name end
  end
  while at and at < range:len() do
    local index, row = optionalAt(message, range, at)
    if not row or (index <= reached and not row.anywhere) then
      add(tree, own.undecoded, range:range(at, range:len() - at))
      fault(tree, row and "IEI repeated or out of order" or "unknown IEI")
      return message.name
    end
    if not row.anywhere then reached = index end
    if row.exclusive then forms = forms + 1 end
    at = addElement(tree, row, range, at)
  end
  if forms > 1 then fault(tree, "two forms of one element") end
  return message.name
end

-- What a capture of sidelock says beside the octets.

local comments = Field.new("frame.comment")

local function commented(pattern)
  for _, comment in ipairs({ comments() }) do
    local found = tostring(comment.value):match(pattern)
    if found then return found end
  end
end

-- The SDU before it was ciphered: only in captures with keys.
local function clearSdu()
  local hex = commented("^" .. tables.clearSduComment .. "(%x*)$")
  return hex and #hex > 0 and ByteArray.new(hex):tvb("Deciphered SDU") or nil
end

local function namedByCapture() return commented("PC5 ([A-Z_]+)$") end

-- The octets do not tell the profile: the capture says so, or the preference.

local profiles = { "seed", "final" }
pc5.prefs.profile = Pref.enum(
  "Profile",
  1,
  "seed: user data has a MAC-I, COMPLETE is clear; final: user data has none, COMPLETE is ciphered. A capture of sidelock says it itself.",
  { { 1, "seed", 1 }, { 2, "final", 2 } },
  false
)

local function profile()
  return commented("^" .. tables.profileComment .. "(%a+)$") or profiles[pc5.prefs.profile]
end

-- SL-SCH: header of the MAC PDU, header of the PDCP PDU, SDU, MAC-I.

local sizes = tables.pc5
local pdcpAt = sizes.frameHeaderSize
local sduAt = pdcpAt + sizes.pdcpHeaderSize

local function channelOf(tvb)
  local channels = sizes.channels[profile()]
  return channels and channels[tvb:range(pdcpAt - 1, 1):uint()]
end

-- Of the two messages on LCID 29 COMPLETE is the short one; elsewhere both directions are alike.
local function isCiphered(channel, size) return channel.ciphered[size <= sizes.longestComplete and 0 or 1] end

local function addUserData(tree, clear, header, pinfo, root)
  add(tree, own.userData, clear:range())
  local isIp = math.floor(header:range(pdcpAt, 1):uint() / 32) == sizes.sduTypes.ip
  if isIp then Dissector.get("ip"):call(clear, pinfo, root) end
end

-- Name of the message, and whether its content stays hidden.
local function addSdu(tree, range, channel, tvb, pinfo, root)
  local clear = clearSdu()
  if not isCiphered(channel, range:len()) and not clear then return addSignalling(tree, range), false end
  add(tree, own.ciphered, range)
  local named = namedByCapture() or (channel.userData and "user data" or "signalling")
  if not clear then return named, true end
  if not channel.userData then return addSignalling(tree, clear:range()), false end
  addUserData(tree, clear, tvb, pinfo, root)
  return named, false
end

local function entitle(tree, pinfo, name, more)
  name = name or "malformed"
  tree:add(registered[own.message], name):set_generated()
  tree:append_text(", " .. name .. more)
  pinfo.cols.protocol = "PC5"
  pinfo.cols.info = name .. more
end

local function dissectFrame(tvb, pinfo, root)
  local tree = root:add(pc5, tvb:range())
  addRows(tree, sizes.frameHeader, tvb:range(0, pdcpAt))
  addRows(tree, sizes.pdcpHeader, tvb:range(pdcpAt, sizes.pdcpHeaderSize))
  local channel = channelOf(tvb)
  local macAt = tvb:len() - channel.macSize
  local name, hidden = addSdu(tree, tvb:range(sduAt, macAt - sduAt), channel, tvb, pinfo, root)
  if channel.macSize > 0 then add(tree, own.mac, tvb:range(macAt, channel.macSize)) end
  local ends = hexOf(tvb:range(1, 3)) .. " > " .. hexOf(tvb:range(4, 3))
  entitle(tree, pinfo, name, (hidden and ", ciphered" or "") .. "  " .. ends)
end

local function dissectDiscovery(tvb, pinfo, root)
  local tree = root:add(pc5, tvb:range())
  local layout = sizes.discovery[tvb:range(0, 1):uint()]
  add(tree, own.messageType, tvb:range(0, 1))
  local targeted = layout.target and tvb:range(layout.target.at, 1):uint() == 1
  addRows(tree, targeted and layout.target.rows or layout.rows, tvb:range())
  entitle(tree, pinfo, layout.name, "")
end

-- Whether a datagram is of PC5: nothing is taken that a UE would not send.

local function isUe(range) return range:uint() ~= 0 and range:uint() ~= 0xffffff end

local function isFrame(tvb)
  if tvb:len() < sduAt or tvb:len() > sizes.maximumFrameSize then return false end
  if tvb:range(0, 1):uint() ~= 0x30 then return false end
  local channel = channelOf(tvb)
  if not channel then return false end
  if not isUe(tvb:range(1, 3)) or not isUe(tvb:range(4, 3)) then return false end
  local first = tvb:range(pdcpAt, 1):uint()
  if first % 32 ~= 0 or first / 32 > 3 then return false end
  if (first / 32 == sizes.sduTypes["pc5-signalling"]) == channel.userData then return false end
  local kdSessId, sn = tvb:range(pdcpAt + 1, 2):uint(), tvb:range(pdcpAt + 3, 2):uint()
  if channel.protected then return kdSessId ~= 0 and sn ~= 0 and tvb:len() >= sduAt + channel.macSize end
  return kdSessId == 0 and tvb:len() > sduAt and sizes.messages[tvb:range(sduAt, 1):uint()] ~= nil
end

-- The octets between the elements and the tail are zero.
local function isDiscovery(tvb)
  if tvb:len() ~= sizes.discoverySize then return false end
  local layout = sizes.discovery[tvb:range(0, 1):uint()]
  if not layout then return false end
  local flag = layout.target and tvb:range(layout.target.at, 1):uint() or 0
  if flag > 1 then return false end
  local rows = flag == 1 and layout.target.rows or layout.rows
  local at = 1
  for _, row in ipairs(rows) do
    for spare = at, row.at - 1 do
      if tvb:range(spare, 1):uint() ~= 0 then return false end
    end
    at = row.at + row.size
  end
  return true
end

function pc5.dissector(tvb, pinfo, root)
  if isFrame(tvb) then
    dissectFrame(tvb, pinfo, root)
  elseif isDiscovery(tvb) then
    dissectDiscovery(tvb, pinfo, root)
  else
    return 0
  end
  return tvb:len()
end

pc5:register_heuristic("udp", function(tvb, pinfo, root) return pc5.dissector(tvb, pinfo, root) > 0 end)

-- Diameter: what Wireshark has no name for, in a tree of its own.

local diameter = Field.new("diameter")

local function addAvps(tree, range)
  local at = 0
  while at + 12 <= range:len() do
    local head = range:range(at + 4, 1):uint() >= 128 and 12 or 8
    local length = range:range(at + 5, 3):uint()
    if length < head or at + length > range:len() then return end
    local vendor = head == 12 and range:range(at + 8, 4):uint() or 0
    local index = (tables.diameter.avps[vendor] or {})[range:range(at, 4):uint()]
    if index then
      local data = range:range(at + head, length - head)
      local item = add(tree, index, data)
      if tables.fields[index].kind == "group" then addAvps(item, data) end
    end
    at = at + math.ceil(length / 4) * 4
  end
end

local function addCommand(range, pinfo, root)
  local code, application = range:range(5, 3):uint(), range:range(8, 4):uint()
  for _, command in ipairs(tables.diameter.commands) do
    if command.code == code and command.applicationId == application then
      local name = range:range(4, 1):uint() >= 128 and command.request or command.answer
      local tree = root:add(prose, range)
      tree:append_text(": " .. name)
      tree:add(registered[tables.diameter.command], range:range(5, 3), name)
      addAvps(tree, range:range(20, range:len() - 20))
      pinfo.cols.info:prepend(name .. " ")
    end
  end
end

function prose.dissector(_, pinfo, root)
  for _, message in ipairs({ diameter() }) do
    if message.range:len() > 20 then addCommand(message.range, pinfo, root) end
  end
end

register_postdissector(prose)
