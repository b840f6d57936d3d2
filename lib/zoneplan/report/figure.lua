-- Pandoc's writers drop alternative texts in Typst and know no pages; this filter writes both.
local function quoted(text)
  return '"' .. text:gsub('\\', '\\\\'):gsub('"', '\\"') .. '"'
end

local breaks = {
  typst = '#place.flush()\n#pagebreak(weak: true)',
  openxml = '<w:p><w:r><w:br w:type="page"/></w:r></w:p>',
}

-- A page of its own; tables in small print or over pages; words that stay with what follows, notes.
function Div(div)
  local to = FORMAT == 'docx' and 'openxml' or FORMAT
  if div.classes:includes('newpage') then
    return breaks[to] and pandoc.RawBlock(to, breaks[to]) or {}
  end
  if FORMAT == 'docx' and div.classes:includes('note') then
    -- The small print of Word's own styles.
    div.attributes['custom-style'] = 'table of figures'
    return div
  end
  if FORMAT ~= 'typst' then return nil end
  for _, name in ipairs({ 'small', 'long', 'keep', 'note' }) do
    if div.classes:includes(name) then
      local inside = pandoc.write(pandoc.Pandoc(div.content), 'typst')
      return pandoc.RawBlock('typst', '#' .. name .. '[\n' .. inside .. '\n]')
    end
  end
end

function Figure(figure)
  local image
  figure:walk({ Image = function(found) image = image or found end })
  if image == nil or FORMAT ~= 'typst' then return nil end
  local alt = image.attributes.alt or pandoc.utils.stringify(image.caption)
  -- The drawing instead of its pixels: sharp at any size.
  local file = image.src:gsub('%.png$', '.svg')
  local caption = pandoc.write(pandoc.Pandoc(figure.caption.long), 'typst'):gsub('%s+$', '')
  local code = '#figure(image(%s, alt: %s, width: %s), caption: [%s], placement: %s)'
  local place = image.classes:includes('here') and 'none' or 'auto'
  local width = image.attributes.width or '100%'
  return pandoc.RawBlock('typst', code:format(quoted(file), quoted(alt), width, caption, place))
end
