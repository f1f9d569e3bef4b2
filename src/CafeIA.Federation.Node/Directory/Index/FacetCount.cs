namespace CafeIA.Federation.Node.Directory.Index;

/// <summary>How many events of a search have a value. The value of <see cref="Facet.Free"/> is <see cref="bool.TrueString"/> or <see cref="bool.FalseString"/>; an empty one of <see cref="Facet.Accessibility"/> stands for any.</summary>
internal readonly record struct FacetCount(Facet Facet, string Value, int Count);
