using CafeIA.Federation.Protocol;

namespace CafeIA.Federation.Node.Directory.Content;

/// <summary>Finds the one commune that a place means.</summary>
/// <param name="place">Its <see cref="PlaceContent.Commune"/> is an INSEE code, a name or a postal code; its postal code and département narrow it down.</param>
/// <returns>The INSEE code of the commune of today; a refusal with the choices when several share the name or the postal code, or when there is none.</returns>
internal delegate Result<string> CommuneLookup(PlaceContent place);
