-- What pandoc's writers lack: alternative text in Typst, and two figures beside each other in Typst and Word.
local function quoted(text)
  return '"' .. text:gsub('\\', '\\\\'):gsub('"', '\\"') .. '"'
end

function Figure(figure)
  local image
  figure:walk({ Image = function(found) image = image or found end })
  if image == nil or FORMAT ~= 'typst' then return nil end
  local alt = image.attributes.alt or pandoc.utils.stringify(image.caption)
  -- The drawing instead of its pixels: sharp at any size.
  local file = image.src:gsub('%.png$', '.svg')
  local caption = pandoc.write(pandoc.Pandoc(figure.caption.long), 'typst'):gsub('%s+$', '')
  local code = '#figure(image(%s, alt: %s, width: %s), caption: [%s], placement: none)'
  return pandoc.RawBlock('typst', code:format(quoted(file), quoted(alt), image.attributes.width or '100%', caption))
end

function Div(div)
  if not div.classes:includes('pair') then return nil end
  if FORMAT == 'typst' then
    local cells = div.content:map(function(block) return '[' .. block.text .. ']' end)
    return pandoc.RawBlock('typst', '#grid(columns: (1fr, 1fr), column-gutter: 0.4cm, ' .. table.concat(cells, ', ') .. ')')
  end
  local cells = div.content:map(function(block) return { block } end)
  local row = pandoc.SimpleTable({}, { 'AlignLeft', 'AlignLeft' }, { 0.5, 0.5 }, {}, { cells })
  return pandoc.utils.from_simple_table(row)
end
