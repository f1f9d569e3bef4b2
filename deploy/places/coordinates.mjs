// Where each commune lies, as well as GeoNames tells. A town matches by département and name together: 1,441 commune names are homonyms.

// A town farther than this from two or more towns of its own postal code was matched wrongly (GeoNames has misplaced ones). Degrees.
const maxStray = 0.3

// A town is taken for a commune by a part of its name ('Évry' for Évry-Courcouronnes) only where that many people live.
const minTownPopulation = 2_000

/** How well a commune's coordinates are known, as written in the file. */
export const precision = { commune: 'c', postalCode: 'p', departement: 'd', none: 'n' }

const key = name => name
  .normalize('NFD').replace(/[\u0300-\u036f]/g, '').toLowerCase()
  .replace(/œ/g, 'oe').replace(/æ/g, 'ae').replace(/[^a-z0-9]+/g, ' ').trim()
const withoutArticle = name => key(name.replace(/\(.*\)/, '')).replace(/^(le|la|les|l) /, '')

const mean = points => ({
  latitude: points.reduce((sum, point) => sum + point.latitude, 0) / points.length,
  longitude: points.reduce((sum, point) => sum + point.longitude, 0) / points.length
})

function distance (a, b) {
  const x = (a.longitude - b.longitude) * Math.cos(((a.latitude + b.latitude) * Math.PI) / 360)
  return Math.hypot(x, a.latitude - b.latitude)
}

function group (items, keyOf) {
  const groups = new Map()
  for (const item of items) {
    for (const k of [keyOf(item)].flat()) groups.has(k) ? groups.get(k).push(item) : groups.set(k, [item])
  }
  return groups
}

/** Map of commune code → `{latitude, longitude, precision}`; a commune nothing is known of has precision none and no coordinates. */
export function locate (communes, former, towns) {
  const townsBy = { exact: group(towns, t => t.departement + key(t.name)), loose: group(towns, t => t.departement + withoutArticle(t.name)) }
  const loose = group(communes, c => c.departement + withoutArticle(c.nom))
  const candidates = commune => {
    const exact = townsBy.exact.get(commune.departement + key(commune.nom))
    if (exact) return exact
    const k = commune.departement + withoutArticle(commune.nom)
    return loose.get(k).length === 1 ? townsBy.loose.get(k) ?? [] : []
  }

  // First the communes that one town stands for; where several towns bear the name, the one nearest to its neighbours.
  const placed = new Map()
  const several = []
  for (const commune of communes) {
    const found = candidates(commune)
    if (found.length === 1) placed.set(commune.code, found[0])
    if (found.length > 1) several.push([commune, found])
  }
  const departements = group(communes, c => c.departement)
  const centre = code => {
    const matched = (departements.get(code) ?? []).filter(c => placed.has(c.code)).map(c => placed.get(c.code))
    const known = matched.length ? matched : towns.filter(t => t.departement === code)
    return known.length ? mean(known) : undefined
  }
  const postal = group(communes, c => (c.codesPostaux ?? []).map(code => c.departement + code))
  const sharing = commune => (commune.codesPostaux ?? [])
    .flatMap(code => postal.get(commune.departement + code))
    .filter(other => other !== commune && placed.has(other.code))
    .map(other => placed.get(other.code))
  const chosen = several.map(([commune, found]) => {
    const neighbours = sharing(commune)
    const near = neighbours.length ? mean(neighbours) : centre(commune.departement)
    return [commune.code, near ? found.toSorted((a, b) => distance(a, near) - distance(b, near))[0] : found[0]]
  })
  for (const [code, town] of chosen) placed.set(code, town)
  const stray = communes.filter(commune => {
    const neighbours = placed.has(commune.code) ? sharing(commune) : []
    return neighbours.length > 1 && distance(placed.get(commune.code), mean(neighbours)) > maxStray
  })
  for (const commune of stray) placed.delete(commune.code)
  const namesakes = byPartOfName(communes, towns, placed)

  const parts = group(former.filter(f => f.name && f.communes.length === 1), f => f.communes[0])
  const located = new Map()
  for (const commune of communes) {
    const town = placed.get(commune.code)
    if (town) {
      located.set(commune.code, { ...town, precision: precision.commune })
      continue
    }
    // A town that gave its name to a part of the commune lies in it; else the towns of the same postal code; else a town of
    // nearly the same name; else the département.
    const inside = (parts.get(commune.code) ?? []).flatMap(part => townsBy.exact.get(commune.departement + key(part.name)) ?? [])
    const around = [inside, sharing(commune), namesakes.get(commune.code) ?? []].find(found => found.length) ?? []
    const departement = centre(commune.departement)
    if (around.length) located.set(commune.code, { ...mean(around), precision: precision.postalCode })
    else if (departement) located.set(commune.code, { ...departement, precision: precision.departement })
    else located.set(commune.code, { precision: precision.none })
  }
  return located
}

/** Towns that no commune took and whose name begins a commune's, or the other way round, where no other commune could be meant. */
function byPartOfName (communes, towns, placed) {
  const taken = new Set(placed.values())
  const words = name => withoutArticle(name) + ' '
  const free = group(towns.filter(town => !taken.has(town)), town => town.departement)
  const open = group(communes.filter(c => !placed.has(c.code)), c => c.departement)
  const alike = (a, b) => words(a).startsWith(words(b)) || words(b).startsWith(words(a))
  const found = new Map()
  for (const [departement, unplaced] of open) {
    for (const commune of unplaced.filter(c => (c.population ?? 0) >= minTownPopulation)) {
      const near = (free.get(departement) ?? []).filter(town => alike(town.name, commune.nom))
      const sure = near.length === 1 && unplaced.filter(other => alike(near[0].name, other.nom)).length === 1
      if (sure) found.set(commune.code, near)
    }
  }
  return found
}
