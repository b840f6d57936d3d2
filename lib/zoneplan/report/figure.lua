-- Pandoc's Typst writer drops alternative text; write the figure ourselves so that the PDF stays accessible.
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
