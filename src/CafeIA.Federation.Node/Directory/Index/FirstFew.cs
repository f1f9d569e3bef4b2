namespace CafeIA.Federation.Node.Directory.Index;

/// <summary>The first few occurrences of an order, out of any number that are offered in no order: a heap with the last of them on top.</summary>
internal sealed class FirstFew(int capacity, Comparison<(double Rank, int Occurrence)> order)
{
    private readonly PriorityQueue<(double Rank, int Occurrence), (double, int)> heap = new(Comparer<(double, int)>.Create((a, b) => order(b, a)));

    public bool IsFull => heap.Count == capacity;

    /// <summary>The rank that a further one must not exceed.</summary>
    public double LastRank => heap.Peek().Rank;

    public void Offer(double rank, int occurrence)
    {
        if (!IsFull)
            heap.Enqueue((rank, occurrence), (rank, occurrence));
        else if (order((rank, occurrence), heap.Peek()) < 0)
            heap.EnqueueDequeue((rank, occurrence), (rank, occurrence));
    }

    public List<(double Rank, int Occurrence)> InOrder()
    {
        var all = heap.UnorderedItems.Select(i => i.Element).ToList();
        all.Sort(order);
        return all;
    }
}
