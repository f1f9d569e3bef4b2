using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;

namespace CafeIA.Federation.Node.Site;

/// <summary>Hands a page its model. Components are public and the rooms' records are not, so the model cannot be a parameter; a cascading value may be private.</summary>
internal sealed class PageRoot<TPage, TModel> : ComponentBase
    where TPage : IComponent
{
    [Parameter]
    public required TModel Model { get; set; }

    protected override void BuildRenderTree(RenderTreeBuilder builder)
    {
        builder.OpenComponent<CascadingValue<TModel>>(0);
        builder.AddAttribute(1, nameof(CascadingValue<>.Value), Model);
        builder.AddAttribute(2, nameof(CascadingValue<>.IsFixed), true);
        builder.AddAttribute(3, nameof(CascadingValue<>.ChildContent), (RenderFragment)(inner =>
        {
            inner.OpenComponent<TPage>(0);
            inner.CloseComponent();
        }));
        builder.CloseComponent();
    }
}
